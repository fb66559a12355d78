import type { FastifyInstance, FastifyRequest } from 'fastify'
import { TRACEPARENT } from '../../domain/trace-context.ts'
import type { Span, Tracing } from '../../observability/tracing.ts'

/** Methods that change something, and so may emit events. */
const TRACED = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

/**
 * Starts a span for each request that may emit. It becomes the parent of emitted events: its traceparent replaces the
 * one that the request brought. Does nothing if tracing is off.
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
