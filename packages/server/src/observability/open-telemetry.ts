import type { Span as OtelSpan } from '@opentelemetry/api'
import { VERSION } from '../settings/version.ts'
import type { Attributes, Span, Tracing } from './tracing.ts'

const SERVICE = 'connectgain-webhooks'
const SAMPLED = 1

/**
 * Exports spans to an OpenTelemetry collector by OTLP over HTTP. Loaded only if an endpoint is set. The SDK reads the
 * standard variables for sampling and headers. Spans that the collector does not accept in time are dropped; nothing
 * waits for it.
 *
 * @param endpoint base URL of the collector; `/v1/traces` is appended
 */
export async function startTracing(endpoint: URL): Promise<Tracing> {
  const { ROOT_CONTEXT, SpanStatusCode, trace } = await import('@opentelemetry/api')
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  const { defaultResource, resourceFromAttributes } = await import('@opentelemetry/resources')

  const url = `${endpoint.href.replace(/\/$/, '')}/v1/traces`
  const name = process.env['OTEL_SERVICE_NAME'] ?? SERVICE
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.name': name, 'service.version': VERSION }),
    ),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  const tracer = provider.getTracer(SERVICE, VERSION)

  const parseParent = (parent: string | null) => {
    if (parent === null) return ROOT_CONTEXT
    const [, traceId = '', spanId = '', flags = ''] = parent.split('-')
    const traceFlags = Number.parseInt(flags, 16) & SAMPLED
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
  }

  return {
    isOn: true,
    start(spanName, parent, attributes, startedAt): Span {
      const span = tracer.startSpan(
        spanName,
        { attributes: present(attributes), ...(startedAt === undefined ? {} : { startTime: startedAt }) },
        parseParent(parent),
      )
      return {
        traceparent: formatTraceparent(span),
        end(more = {}, failure) {
          span.setAttributes(present(more))
          if (typeof failure === 'string') span.setStatus({ code: SpanStatusCode.ERROR, message: failure })
          span.end()
        },
      }
    },
    close: () => provider.shutdown(),
  }
}

function formatTraceparent(span: OtelSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

function present(attributes: Attributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      (entry): entry is [string, string | number | boolean] => entry[1] !== null && entry[1] !== undefined,
    ),
  )
}
