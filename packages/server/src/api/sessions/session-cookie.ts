import type { IncomingHttpHeaders } from 'node:http'
import { readCookie } from '../http/read-cookie.ts'

const SESSION_COOKIE = 'webhooks_session'

/** Returns the session token of a request; undefined if there is none. */
export const readSessionCookie = (headers: IncomingHttpHeaders): string | undefined =>
  readCookie(headers, SESSION_COOKIE)

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
