import type { FastifyInstance } from 'fastify'

/**
 * Responses are data for their recipient: browsers must not sniff, cache or frame them, or send their URL as referrer.
 * Pages add headers of their own.
 */
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
    // Only sent over https: it would otherwise lock browsers out of a server without https.
    if (request.protocol === 'https')
      reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}; includeSubDomains`)
  })
}
