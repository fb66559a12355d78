import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'

/** Only scripts of our origin can add this header to a request that carries the cookie. */
const SESSION_HEADER = 'x-webhooks-session'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Returns scheme, host and port of the server as the client sees them. */
export function serverOrigin(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}

/**
 * Tests if the client's own connection is encrypted: according to the proxy in front, or to `PUBLIC_URL` for its host.
 */
export function isSecure(request: FastifyRequest, publicUrl: string | undefined): boolean {
  if (request.protocol === 'https') return true
  return publicUrl?.startsWith('https://') === true && new URL(publicUrl).host === request.host
}

/**
 * Protects against CSRF: browsers attach the cookie to any request, so a change made with it must come from our own
 * page.
 * @throws ApiError 403
 */
export function requireCsrfHeader(request: FastifyRequest, publicUrl: string | undefined): void {
  if (SAFE_METHODS.has(request.method)) return
  if (request.headers[SESSION_HEADER] !== '1') {
    throw new ApiError(403, 'PT403', phrase('error.csrfHeader'), {
      hint: phrase('hint.csrfHeader'),
    })
  }
  requireSameOrigin(request, publicUrl)
}

/** @throws ApiError 403 for a request from a page of another origin */
export function requireSameOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  const { origin } = request.headers
  if (origin === undefined || origin === serverOrigin(request) || origin === publicUrl) return
  throw new ApiError(403, 'PT403', phrase('error.otherOrigin'), {
    details: `The request comes from ${origin.slice(0, 200)}, but the server is ${publicUrl ?? serverOrigin(request)}.`,
    hint: phrase('hint.publicUrl'),
  })
}
