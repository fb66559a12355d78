import type { IncomingHttpHeaders } from 'node:http'

const SESSION_COOKIE = 'webhooks_session'

/** Returns the session token of a request; undefined if there is none. */
export function readSessionCookie({ cookie }: IncomingHttpHeaders): string | undefined {
  for (const part of (cookie ?? '').split(';')) {
    const [name, value] = part.split('=', 2)
    if (name?.trim() === SESSION_COOKIE && value !== undefined && value.trim() !== '') return value.trim()
  }
  return undefined
}

export interface CookieSettings {
  isSecure: boolean
  /** True if pages of other sites may frame the settings page. */
  isFramed: boolean
}

/**
 * Writes `Set-Cookie` to start a session, or to delete it (without a token). In a frame of another site, browsers only
 * send a secure cookie, kept separately for each such site (Partitioned).
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
