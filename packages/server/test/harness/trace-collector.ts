import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from './until.ts'

export interface CollectedSpan {
  traceId: string
  spanId: string
  /** '' for the first of a trace. */
  parentSpanId?: string
  name: string
  attributes: { key: string; value: Record<string, unknown> }[]
  status: { code?: number; message?: string }
}

/** What an OpenTelemetry collector is to the program: takes spans by OTLP over HTTP. */
export interface TraceCollector {
  url: string
  spans: CollectedSpan[]
  /** The span of that trace with this name, once it is there. */
  span(traceId: string, name: string): Promise<CollectedSpan>
  close(): Promise<void>
}

interface Export {
  resourceSpans: { scopeSpans: { spans: CollectedSpan[] }[] }[]
}

export async function startCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(body) as Export
      for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap((scope) => scope.spans))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    span: (traceId, name) =>
      until(`the span ${name}`, () => spans.find((span) => span.traceId === traceId && span.name === name)),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
