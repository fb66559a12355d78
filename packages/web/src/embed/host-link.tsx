import { useEffect, useEffectEvent, useRef } from 'react'
import { useLocation, useSearch } from 'wouter'
import { isPagePath } from '../../../server/src/domain/portal/return-path.ts'
import { useSession } from '../api/session.ts'
import type { Host } from './host.ts'

/** Tells the host which view is shown, and moves to the one that the host asks for. */
export function HostLink({ host, base }: { host: Host; base: string }) {
  const [path, navigate] = useLocation()
  const search = useSearch()
  const session = useSession()
  const isReady = useRef(false)
  const shown = search === '' ? path : `${path}?${search}`
  const hasSession = session.data != null
  useEffect(() => {
    if (!hasSession) return
    host.send(isReady.current ? 'navigated' : 'ready', { path: shown })
    isReady.current = true
  }, [host, shown, hasSession])

  const follow = useEffectEvent((wanted: unknown) => {
    if (typeof wanted === 'string' && wanted.startsWith('/') && isPagePath(base + wanted)) navigate(wanted)
    else host.send('refused', { what: 'path', text: 'must be the path of a view, such as /new' })
  })
  useEffect(() => host.on('navigate', ({ path: wanted }) => follow(wanted)), [host])
  return null
}
