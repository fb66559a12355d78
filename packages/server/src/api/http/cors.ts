import type { FastifyInstance } from 'fastify'

/** What a script in a browser may read beside the body. */
const EXPOSED = [
  'Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Preference-Applied, Proxy-Status',
  'RateLimit, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After',
].join(', ')

const METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'
const USUAL_HEADERS =
  'Authorization, apikey, Content-Type, Accept, Accept-Profile, Content-Profile, Prefer, Range, Range-Unit, X-Client-Info, X-Webhooks-Origin'
const HEADER_NAMES = /^[\w\-, ]{1,2000}$/
const DAY_SECONDS = 86_400

/**
 * Lets pages of other origins call `/rest/v1`. There is nothing that a browser would add by itself: the key is in a header
 * that the page has to have, so that `*` gives no page more than it has. A session's cookie is never sent by them.
 *
 * @param origins those that may, or `*` for all
 */
export function addCors(server: FastifyInstance, origins: readonly string[]): void {
  const isForAll = origins.includes('*')
  server.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (!request.url.startsWith('/rest/v1') || origin === undefined) return
    // Whoever keeps the answer must not give it to a page of another origin.
    if (!isForAll) reply.header('vary', 'Origin')
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
