import type { ServerResponse } from 'node:http'

/** One answer in the format of Server-Sent Events. */
export interface EventStream {
  /** Aborted when the client has gone, or was dropped because it does not read. */
  readonly ended: AbortSignal
  /** Resolves when the client has taken it, or has gone: whoever waits holds one row at a time. */
  send(id: string, data: string): Promise<void>
  /** A line that parsers skip; it keeps proxies from closing a quiet connection. */
  comment(text: string): Promise<void>
  end(): void
}

export interface EventStreamOptions {
  headers: Record<string, string>
  /** Milliseconds in which a client has to make room; one that does not is dropped. */
  drainTimeout: number
}

/** What the client waits before it comes back, in milliseconds. */
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
    // nginx would otherwise gather what is sent.
    'x-accel-buffering': 'no',
    connection: 'close',
  })

  async function write(text: string): Promise<void> {
    if (ended.signal.aborted || response.write(text)) return
    const waited = new AbortController()
    const tooSlow = setTimeout(() => response.destroy(), options.drainTimeout)
    // `close` comes in any case; `drain` only if the client takes what it was sent.
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
