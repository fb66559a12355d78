import { createElement, useEffect, useRef } from 'react'
import type { ReactElement } from 'react'
import type { ConnectGainWebhooks as Element, ConnectGainWebhooksEvents, GetSession } from './element.ts'
import './index.ts'
import type { Theme } from './protocol.ts'

export interface ConnectGainWebhooksProps {
  /** The server's origin, or the address of a view of its settings page. */
  src: string
  /** Asks the host's server for a new session. */
  getSession: GetSession
  theme?: Theme | undefined
  locale?: string | undefined
  /** The view to show. Changes move the page; `onNavigated` tells of the user's own moves. */
  path?: string | undefined
  className?: string | undefined
  /** Accessible name of the frame; default: Webhooks. */
  label?: string | undefined
  onReady?: ((path: string) => void) | undefined
  onNavigated?: ((path: string) => void) | undefined
  onSessionExpired?: ((error: unknown) => void) | undefined
  onUnreachable?: (() => void) | undefined
}

/** The custom element as a component. Callbacks may change with each render; objects are compared by their content. */
export function ConnectGainWebhooks(props: ConnectGainWebhooksProps): ReactElement {
  const { src, theme, locale, path, className, label } = props
  const element = useRef<Element>(null)
  const latest = useRef(props)
  latest.current = props
  const look = theme === undefined ? undefined : JSON.stringify(theme)
  useEffect(() => {
    const current = element.current
    if (current === null) return undefined
    current.getSession = () => latest.current.getSession()
    return listen(current, latest)
  }, [])
  return createElement('connectgain-webhooks', {
    ref: element,
    src,
    ...(look === undefined ? {} : { theme: look }),
    ...(locale === undefined ? {} : { locale }),
    ...(path === undefined ? {} : { path }),
    ...(className === undefined ? {} : { class: className }),
    ...(label === undefined ? {} : { 'aria-label': label }),
  })
}

function listen(element: Element, latest: { readonly current: ConnectGainWebhooksProps }): () => void {
  const ended = new AbortController()
  const on = <Type extends keyof ConnectGainWebhooksEvents>(
    type: Type,
    run: (event: ConnectGainWebhooksEvents[Type]) => void,
  ): void => element.addEventListener(type, run as (event: Event) => void, { signal: ended.signal })
  on('ready', ({ detail }) => latest.current.onReady?.(detail.path))
  on('navigated', ({ detail }) => latest.current.onNavigated?.(detail.path))
  on('session-expired', ({ detail }) => latest.current.onSessionExpired?.(detail.error))
  on('unreachable', () => latest.current.onUnreachable?.())
  return () => ended.abort()
}
