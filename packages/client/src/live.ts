import { WebhooksError } from './error.ts'
import { backoff, pause } from './transport.ts'
import type { Transport } from './transport.ts'
import type { Tables } from './types.generated.ts'
import { toParameters } from './where.ts'
import type { Where } from './where.ts'

type LogRow = Tables['webhook_logs']['row']

export interface LiveOptions {
  where?: Where<LogRow>
  /** The id of a row: begins after it. Default: with the next row. */
  after?: string | undefined
  /** Ends the iteration without an error. */
  signal?: AbortSignal
}

/** The server sends at least a comment every 15 seconds. */
const QUIET_MS = 45_000
/** The server repeats the last two seconds after an interruption. */
const MAX_KNOWN = 2_000
const MAX_BLOCK = 32 * 1024 * 1024

/**
 * Yields attempts as they are recorded. After an interruption, it connects again and continues after the last row, each
 * row once. @throws WebhooksError if the server refuses
 */
export async function* followLogs(
  transport: Transport,
  { where = {}, after, signal }: LiveOptions,
): AsyncGenerator<LogRow, void, undefined> {
  const search = new URLSearchParams(toParameters(where)).toString()
  const path = `/rest/v1/webhook_logs/live?${search}`
  const known = new Set<string>()
  let last = after
  for (let failures = 0; ;) {
    try {
      for await (const { id, data } of readStream(transport, path, last, signal)) {
        failures = 0
        // Where an interruption before the first row continues.
        last = id
        if (data === undefined || known.has(id)) continue
        known.add(id)
        if (known.size > MAX_KNOWN) known.delete(known.values().next().value!)
        yield JSON.parse(data) as LogRow
      }
    } catch (error) {
      if (signal?.aborted) return
      const retryAfter = waitFor(error)
      if (retryAfter === undefined) throw error
      failures += 1
      await pause(retryAfter + backoff(failures), signal).catch(() => {})
    }
    if (signal?.aborted) return
  }
}

/** @returns milliseconds to wait at least; undefined for a refusal that stays */
function waitFor(error: unknown): number | undefined {
  if (!(error instanceof WebhooksError)) return undefined
  const { status = 0, code, retryAfter = 0 } = error
  const isPassing = status === 0 ? code !== 'invalid_option' : status === 429 || status >= 500
  return isPassing ? Math.min(retryAfter, 60) * 1_000 : undefined
}

interface Block {
  id: string
  /** Undefined for the beginning of the stream. */
  data?: string
}

/** Reads one connection. @throws WebhooksError at its end */
async function* readStream(
  transport: Transport,
  path: string,
  last: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Block, void, undefined> {
  const stop = new AbortController()
  const abort = (): void => stop.abort(signal?.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', abort)
  const ended = new WebhooksError('the live log was interrupted', { code: 'unreachable' })
  const silent = (): void => stop.abort(ended)
  let timer = setTimeout(silent, QUIET_MS)
  try {
    const response = await transport.open(path, {
      signal: stop.signal,
      headers: { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) },
    })
    if (!response.ok) throw await transport.refuse(response)
    if (last === undefined) yield { id: idAt(Date.parse(response.headers.get('date') ?? '') || Date.now()) }
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    for (let rest = ''; ;) {
      const { value, done } = await reader.read().catch(() => ({ value: '', done: true }))
      if (done) throw ended
      clearTimeout(timer)
      timer = setTimeout(silent, QUIET_MS)
      const blocks = (rest + value).split(/\r?\n\r?\n/)
      rest = blocks.pop() ?? ''
      if (rest.length > MAX_BLOCK)
        throw new WebhooksError('a row is too large', { code: 'unexpected_response' })
      for (const block of blocks) {
        const id = /^id: (.*)$/m.exec(block)?.[1]
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (id !== undefined && data !== undefined) yield { id, data }
      }
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    stop.abort()
  }
}

/** The first id of a time, as the log's rows have them (UUIDv7). */
function idAt(time: number): string {
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
