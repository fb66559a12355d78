import type { IncomingHttpHeaders } from 'node:http'

export const SESSION_COOKIE = 'webhooks_session'

/** The session's token in a request; undefined for none. */
export function readSessionCookie({ cookie }: IncomingHttpHeaders): string | undefined {
  for (const part of (cookie ?? '').split(';')) {
    const [name, value] = part.split('=', 2)
    if (name?.trim() === SESSION_COOKIE && value !== undefined && value.trim() !== '') return value.trim()
  }
  return undefined
}

export interface CookieSettings {
  isSecure: boolean
  /** Whether pages of other sites may frame the settings page. */
  isFramed: boolean
}

/**
 * `Set-Cookie` for a session, or to take it away (without a token). Only a secure one may be sent within a frame of another
 * site, and there it is kept apart for each such site (Partitioned).
 */
export function writeSessionCookie(
  token: string | undefined,
  maxAgeSeconds: number,
  { isSecure, isFramed }: CookieSettings,
): string {
  const attributes = [
    `${SESSION_COOKIE}=${token ?? ''}`,
    'Path=/',
    `Max-Age=${token === undefined ? 0 : Math.max(0, Math.floor(maxAgeSeconds))}`,
    'HttpOnly',
    ...(isSecure ? ['Secure'] : []),
    ...(isSecure && isFramed ? ['SameSite=None', 'Partitioned'] : ['SameSite=Lax']),
  ]
  return attributes.join('; ')
}
