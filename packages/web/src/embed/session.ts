import type { QueryClient } from '@tanstack/react-query'
import { noteNewSession, renewWith } from '../api/client.ts'
import { openSession, sessionKey, takeTokensFrom } from '../api/session.ts'
import type { Session } from '../api/types.ts'
import type { SessionReason } from '../../../elements/src/protocol.ts'
import type { Host } from './host.ts'

/** Before its end, a session is renewed by a fifth of its time, but at most five minutes. */
const EARLY_SHARE = 0.2
const MAX_EARLY_MS = 300_000
/** Also for a clock that is wrong: it must not make the page ask again and again. */
const MIN_WAIT_MS = 30_000
/** Of `setTimeout`. */
const MAX_WAIT_MS = 2 ** 31 - 1

/** Lets the host renew sessions: before they end, and for requests that were refused because theirs has ended. */
export function keepSession(host: Host, client: QueryClient): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let renewing: Promise<boolean> | undefined

  function plan({ expires_at }: Session): void {
    clearTimeout(timer)
    const leftMs = Date.parse(expires_at) - Date.now()
    const waitMs = leftMs - Math.min(leftMs * EARLY_SHARE, MAX_EARLY_MS)
    timer = setTimeout(() => void renew('expiring'), Math.min(Math.max(waitMs, MIN_WAIT_MS), MAX_WAIT_MS))
  }

  async function open(reason: 'expiring' | 'expired'): Promise<boolean> {
    const token = await host.requestToken(reason)
    if (token === undefined) return false
    try {
      const before = client.getQueryData<Session | null>(sessionKey)
      const session = await openSession({ token })
      noteNewSession()
      // The host's user has another organization now: nothing on the page is theirs.
      if (before != null && before.organization_id !== session.organization_id) location.reload()
      client.setQueryData(sessionKey, session)
      return true
    } catch {
      return false
    }
  }

  /** All requests that were refused wait for the same new session. */
  function renew(reason: 'expiring' | 'expired'): Promise<boolean> {
    renewing ??= open(reason).finally(() => {
      renewing = undefined
    })
    return renewing
  }

  let reason: SessionReason = 'start'
  takeTokensFrom(async () => {
    const token = await host.requestToken(reason)
    reason = 'expired'
    return token
  })
  renewWith(() => renew('expired'))
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || query.queryKey[0] !== sessionKey[0]) return
    const session = query.state.data as Session | null | undefined
    if (session == null) clearTimeout(timer)
    else plan(session)
  })
}
