import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../domain/errors.ts'

/** Nobody but a script of this very origin can add it to a request that carries the cookie. */
const SESSION_HEADER = 'x-webhooks-session'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Scheme, host and port that a request was sent to, as its client sees them. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}

/**
 * Whether the client's own connection is encrypted: as the proxy in front says, or as `PUBLIC_URL` does for its host.
 */
export function isSecure(request: FastifyRequest, publicUrl: string | undefined): boolean {
  if (request.protocol === 'https') return true
  return publicUrl?.startsWith('https://') === true && new URL(publicUrl).host === request.host
}

/**
 * A browser sends the cookie with whatever makes it ask. A change made with it therefore has to come from our own page.
 * @throws ApiError 403
 */
export function requireOwnPage(request: FastifyRequest, publicUrl: string | undefined): void {
  if (SAFE_METHODS.has(request.method)) return
  if (request.headers[SESSION_HEADER] !== '1') {
    throw new ApiError(403, 'PT403', 'a change with a session needs the header X-Webhooks-Session: 1', {
      hint: 'It tells our own page from others that a browser would send the cookie for. Programs use a key instead.',
    })
  }
  requireOwnOrigin(request, publicUrl)
}

/** @throws ApiError 403 for a request that a page of another origin makes */
export function requireOwnOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  const { origin } = request.headers
  if (origin === undefined || origin === originOf(request) || origin === publicUrl) return
  throw new ApiError(403, 'PT403', 'a session counts for pages of this server alone', {
    details: `The request comes from ${origin.slice(0, 200)}, the server is ${publicUrl ?? originOf(request)}.`,
    hint: 'Behind a reverse proxy, set PUBLIC_URL, or let it pass X-Forwarded-Proto and X-Forwarded-Host and name it in TRUSTED_PROXIES.',
  })
}
