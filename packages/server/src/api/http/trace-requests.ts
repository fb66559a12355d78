import type { FastifyInstance, FastifyRequest } from 'fastify'
import { TRACEPARENT } from '../../domain/trace-context.ts'
import type { Span, Tracing } from '../../observability/tracing.ts'

/** What changes something, and so may emit an event. */
const TRACED = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

/**
 * A span for each request that may emit. It becomes the parent of what the request emits: from here on the request counts
 * as having brought its traceparent. Nothing at all where nothing is traced.
 */
export function traceRequests(server: FastifyInstance, tracing: Tracing): void {
  if (!tracing.isOn) return
  const spans = new WeakMap<FastifyRequest, Span>()
  server.addHook('onRequest', async (request) => {
    if (!TRACED.has(request.method) || !request.url.startsWith('/rest/v1/')) return
    const { traceparent: given } = request.headers
    const parent = typeof given === 'string' && TRACEPARENT.test(given) ? given : null
    const path = request.url.split('?')[0]!
    const span = tracing.start(`${request.method} ${path}`, parent, {
      'http.request.method': request.method,
      'url.path': path,
      'webhooks.request_id': request.id,
    })
    request.headers['traceparent'] = span.traceparent ?? undefined
    spans.set(request, span)
  })
  server.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply
    spans
      .get(request)
      ?.end({ 'http.response.status_code': statusCode }, statusCode >= 500 ? `answered ${statusCode}` : null)
  })
}
