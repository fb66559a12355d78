import { messageOf } from '../../domain/errors.ts'
import type { ReceivedRequest } from './listen-types.ts'

/** Headers of the connection, which are not forwarded. */
const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

const TIMEOUT_MS = 30_000
const MAX_ANSWER_BYTES = 64 * 1024

/** Forwards a request with its original bytes and headers, so that its signature remains valid. */
export async function forwardTo(
  target: string,
  { headers, method }: ReceivedRequest,
  body: Buffer,
  timeoutMs = TIMEOUT_MS,
): Promise<[status: number, text: string]> {
  const passed = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name))
  const signal = AbortSignal.timeout(timeoutMs)
  const enough = new AbortController()
  try {
    const response = await fetch(target, {
      method,
      headers: passed.map(([name, value]): [string, string] => [name, String(value)]),
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, enough.signal]),
    })
    return [response.status, await readStart(response, enough)]
  } catch (error) {
    if (signal.aborted) return [504, `${target} did not respond within ${timeoutMs / 1_000} seconds`]
    const { cause } = error as { cause?: unknown }
    return [502, `cannot reach ${target}: ${messageOf(cause ?? error)}`]
  }
}

/** Reads the start of a response, slightly more than a webhook's log keeps, because it may never end. */
async function readStart({ body }: Response, enough: AbortController): Promise<string> {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < MAX_ANSWER_BYTES) {
    const next = await reader?.read()
    if (next?.value === undefined) break
    chunks.push(next.value)
    size += next.value.length
  }
  // Cancelling only the body would leave the connection open.
  enough.abort()
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
}
