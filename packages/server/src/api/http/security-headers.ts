import type { FastifyInstance } from 'fastify'

/** Answers are data for the one who asked: not to be guessed at, kept, framed, or named to others. A page says more itself. */
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}
const OF_DATA = {
  ...ALWAYS,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}
const YEAR_SECONDS = 31_536_000

export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(request.url.startsWith('/settings/') ? ALWAYS : OF_DATA)
    // Only what came over https may ask for https: a browser would otherwise be kept from a server without it.
    if (request.protocol === 'https')
      reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}; includeSubDomains`)
  })
}
