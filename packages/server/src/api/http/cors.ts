import type { FastifyInstance } from 'fastify'

/** Response headers that scripts in a browser may read. */
const EXPOSED = [
  'Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Preference-Applied, Proxy-Status',
  'RateLimit, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After',
  'Idempotent-Replayed',
].join(', ')

/** Request headers that a response depends on. */
const VARY = 'Accept, Prefer, Range, Authorization, apikey'

const METHODS = 'GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS'
const USUAL_HEADERS =
  'Authorization, apikey, Content-Type, Accept, Accept-Profile, Content-Profile, Prefer, Range, Range-Unit, X-Client-Info, X-Webhooks-Origin, Idempotency-Key'
const HEADER_NAMES = /^[\w\-, ]{1,2000}$/
const DAY_SECONDS = 86_400

/**
 * Lets pages of other origins call `/rest/v1`. Browsers add no credentials to such requests: the page itself has to
 * send the key in a header, so even `*` grants it nothing new. Session cookies are never sent.
 *
 * @param origins the allowed origins, or `*` for all
 */
export function addCors(server: FastifyInstance, origins: readonly string[]): void {
  const isForAll = origins.includes('*')
  server.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (!request.url.startsWith('/rest/v1')) return
    // A cache must not serve the response to other callers or formats, or to pages of another origin.
    reply.header('vary', isForAll ? VARY : `${VARY}, Origin`)
    if (origin === undefined) return
    if (!isForAll && !origins.includes(origin)) return
    reply.headers({
      'access-control-allow-origin': isForAll ? '*' : origin,
      'access-control-expose-headers': EXPOSED,
    })
    const { 'access-control-request-method': method, 'access-control-request-headers': wanted } =
      request.headers
    if (request.method !== 'OPTIONS' || method === undefined) return
    const allowed = wanted !== undefined && HEADER_NAMES.test(wanted) ? wanted : USUAL_HEADERS
    await reply
      .status(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': allowed,
        'access-control-max-age': String(DAY_SECONDS),
      })
      .send()
  })
}
