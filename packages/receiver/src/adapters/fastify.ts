import type { ReceiverOptions } from './handle.ts'
import { BODY_LIMIT, handleWebhook } from './handle.ts'

export type { Delivery, ReceiverOptions } from './handle.ts'

interface Reply {
  status(status: number): Reply
  type(contentType: string): Reply
  send(text: string): unknown
}

interface Request {
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

/** The part of Fastify's interface that is used, so that Fastify is no dependency. */
interface Instance {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): unknown
  post(path: string, handler: (request: Request, reply: Reply) => Promise<unknown>): unknown
}

/**
 * A Fastify plugin. Inside it, bodies stay raw bytes; the parsers of the rest of the application are unchanged.
 *
 * @example
 * app.register(webhookReceiver, { path: '/webhooks', secret, onEvent })
 */
export async function webhookReceiver(
  instance: unknown,
  { path = '/', ...options }: ReceiverOptions & { path?: string },
): Promise<void> {
  const scope = instance as Instance
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
    done(null, body),
  )
  scope.post(path, async ({ headers, body }, reply) => {
    const bytes = body instanceof Uint8Array ? body : new Uint8Array()
    const { status, text } = await handleWebhook(bytes, headers, options)
    return await reply.status(status).type('text/plain').send(text)
  })
}
