import type { ReceiverResponse, ReceiverOptions } from './handle.ts'
import { join } from '../bytes.ts'
import { BODY_LIMIT, handleWebhook } from './handle.ts'

export type { Delivery, ReceiverOptions } from './handle.ts'

/** The part of node:http's request that is used, so that no Node types are needed. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  method?: string | undefined
  headers: Record<string, string | string[] | undefined>
  /** Set by a body parser of Express. */
  body?: unknown
  readableEnded?: boolean
}

export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  end(text: string): unknown
}

const PARSED =
  'The body was parsed before this handler saw its bytes: put it before express.json(), or after express.raw({ type: "*/*" }).'

/**
 * A handler for node:http and for Express, where it has to come before `express.json()`.
 *
 * @example
 * createServer(createWebhookHandler({ secret, onEvent })).listen(3000)
 * app.post('/webhooks', createWebhookHandler({ secret, onEvent })) // Express
 */
export function createWebhookHandler(
  options: ReceiverOptions,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return async (request, response) => {
    const { status, text } = await receive(request, options)
    response.writeHead(status, { 'content-type': 'text/plain' })
    response.end(text)
  }
}

async function receive(request: NodeRequest, options: ReceiverOptions): Promise<ReceiverResponse> {
  if (request.method !== 'POST') return { status: 405, text: 'Webhooks are sent with POST' }
  if (request.body instanceof Uint8Array) return await handleWebhook(request.body, request.headers, options)
  if (request.body !== undefined && request.readableEnded === true) {
    options.onError?.(new Error(PARSED))
    return { status: 500, text: 'Failed' }
  }
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Reads the whole body even if it is too large: closing the connection while the sender writes would lose the
    // response.
    for await (const chunk of request) {
      length += chunk.length
      if (length <= BODY_LIMIT) chunks.push(chunk)
    }
  } catch (error) {
    options.onError?.(error)
    return { status: 400, text: 'The body broke off' }
  }
  if (length > BODY_LIMIT) return { status: 413, text: 'The body is too large' }
  return await handleWebhook(join(chunks), request.headers, options)
}
