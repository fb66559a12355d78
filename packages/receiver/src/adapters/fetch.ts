import type { ReceiverOptions } from './handle.ts'
import { join } from '../bytes.ts'
import { BODY_LIMIT, handleWebhook } from './handle.ts'

export type { Delivery, ReceiverOptions } from './handle.ts'

/**
 * A handler for every runtime that supports Fetch: workers, Deno, Bun, Next.js, and Hono.
 *
 * @example
 * export default { fetch: createWebhookHandler({ secret, onEvent }) }
 * app.post('/webhooks', (context) => receive(context.req.raw)) // Hono
 */
export function createWebhookHandler(options: ReceiverOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'POST') return respond(405, 'Webhooks are sent with POST')
    const body = await read(request)
    if (body === undefined) return respond(413, 'The body is too large')
    const { status, text } = await handleWebhook(body, request.headers, options)
    return respond(status, text)
  }
}

/** Undefined if the body exceeds the limit. */
async function read(request: Request): Promise<Uint8Array | undefined> {
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length
    if (length > BODY_LIMIT) {
      await reader.cancel()
      return undefined
    }
    chunks.push(part.value)
  }
  return join(chunks)
}

function respond(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain' } })
}
