import type { WebhookEvent } from '../events.ts'
import { WebhookVerificationError } from '../verification-error.ts'
import type { VerifyWebhookOptions, WebhookHeaders } from '../verify.ts'
import { verifyWebhook } from '../verify.ts'

/** The largest body that is read, in bytes; ConnectGain sends less than half of it. */
export const BODY_LIMIT = 1024 * 1024

export interface ReceiverOptions extends Pick<
  VerifyWebhookOptions,
  'secret' | 'toleranceSeconds' | 'standardOnly'
> {
  /** What to do with an event. Be quick: take it down, answer, and work on it later. What it throws is answered with 500, and sent again. */
  onEvent(event: WebhookEvent, delivery: Delivery): void | Promise<void>
  /**
   * Whether the event with this id was dealt with before: retries and replays have the id of the first. Then `onEvent` is
   * not called, and the answer is 200. Remember an id when `onEvent` has succeeded, not before.
   */
  isKnown?(id: string): boolean | Promise<boolean>
  /** Told of what was refused or failed. */
  onError?(error: unknown): void
}

export interface Delivery {
  /** The event's id; undefined for a request without Standard Webhooks headers. */
  id: string | undefined
  /** 1, 2, 3… */
  attempt: number
}

export interface ReceiverAnswer {
  status: number
  text: string
}

/** Verifies a request and has it dealt with; never rejects. Frameworks differ only in how they give the bytes. */
export async function handleWebhook(
  body: Uint8Array,
  headers: WebhookHeaders,
  options: ReceiverOptions,
): Promise<ReceiverAnswer> {
  try {
    const event = await verifyWebhook({ ...options, body, headers })
    const id = header(headers, 'webhook-id')
    if (id !== undefined && (await options.isKnown?.(id)) === true) return { status: 200, text: 'Known' }
    await options.onEvent(event, { id, attempt: Number(header(headers, 'x-webhook-attempt') ?? 1) })
    return { status: 200, text: 'Received' }
  } catch (error) {
    options.onError?.(error)
    if (!(error instanceof WebhookVerificationError)) return { status: 500, text: 'Failed' }
    // Set up wrongly here: the sender can do nothing about it but try again later.
    const isOurs = error.code === 'missing_secret' || error.code === 'malformed_secret'
    return isOurs ? { status: 500, text: 'Failed' } : { status: 401, text: error.message }
  }
}

/** The pieces of a body as one. @param length of all of them together */
export function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers['get'] === 'function') return (headers as Headers).get(name) ?? undefined
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name]
  return typeof value === 'string' ? value : value?.[0]
}
