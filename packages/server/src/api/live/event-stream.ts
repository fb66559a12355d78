import type { ServerResponse } from 'node:http'

/** One response in the format of Server-Sent Events. */
export interface EventStream {
  /** Aborted when the client has disconnected, or was dropped because it does not read. */
  readonly ended: AbortSignal
  /** Resolves when the client has received it, or has disconnected: callers that wait hold one row at a time. */
  send(id: string, data: string): Promise<void>
  /** Sends a line that parsers ignore; it keeps proxies from closing an idle connection. */
  comment(text: string): Promise<void>
  end(): void
}

export interface EventStreamOptions {
  headers: Record<string, string>
  /** Milliseconds until a client that does not read is dropped. */
  drainTimeout: number
}

/** Delay before the client reconnects, in milliseconds. */
const RETRY_MS = 2_000

export function openEventStream(response: ServerResponse, options: EventStreamOptions): EventStream {
  const ended = new AbortController()
  response.on('close', () => ended.abort())
  // A connection that was reset closes as well.
  response.on('error', () => {})
  response.writeHead(200, {
    ...options.headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // Otherwise nginx buffers the stream.
    'x-accel-buffering': 'no',
    connection: 'close',
  })

  async function write(text: string): Promise<void> {
    if (ended.signal.aborted || response.write(text)) return
    const waited = new AbortController()
    const tooSlow = setTimeout(() => response.destroy(), options.drainTimeout)
    // `close` always fires; `drain` only if the client reads.
    await new Promise<void>((resolve) => {
      response.once('drain', resolve)
      ended.signal.addEventListener('abort', () => resolve(), { signal: waited.signal })
    }).finally(() => waited.abort())
    clearTimeout(tooSlow)
  }

  void write(`retry: ${RETRY_MS}\n\n`)
  return {
    ended: ended.signal,
    send: async (id, data) => await write(`id: ${id}\ndata: ${data}\n\n`),
    comment: async (text) => await write(`: ${text}\n\n`),
    end: () => void response.end(),
  }
}
