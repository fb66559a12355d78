import type { WebhookEvent } from '../events.ts'
import type { WebhookVerificationErrorCode } from '../verification-error.ts'
import { WebhookVerificationError } from '../verification-error.ts'
import type { VerifyWebhookOptions, WebhookHeaders } from '../verify.ts'
import { verifyWebhook } from '../verify.ts'

/** Maximum body size in bytes; ConnectGain sends less than half of it. */
export const BODY_LIMIT = 1024 * 1024

export interface ReceiverOptions extends Pick<
  VerifyWebhookOptions,
  'secret' | 'toleranceSeconds' | 'standardOnly'
> {
  /**
   * Handles an event. Be quick: store it, respond, and process it later. If it throws, the response is 500 and the
   * event is sent again.
   */
  onEvent(event: WebhookEvent, delivery: Delivery): void | Promise<void>
  /**
   * Returns true if the event with this id was handled before: retries and replays have the id of the first. `onEvent`
   * is then not called, and the response is 200. Store an id after `onEvent` has succeeded, not before.
   */
  isKnown?(id: string): boolean | Promise<boolean>
  /** Called when a request is refused or fails. */
  onError?(error: unknown): void
}

export interface Delivery {
  /** The event's id; undefined for a request without Standard Webhooks headers. */
  id: string | undefined
  /** 1, 2, 3… */
  attempt: number
}

export interface ReceiverResponse {
  status: number
  text: string
}

/** Problems of the receiver, not of the request: the sender can only try again later. */
const OURS: ReadonlySet<WebhookVerificationErrorCode> = new Set([
  'missing_secret',
  'malformed_secret',
  'keys_unavailable',
])

/** Verifies and handles a request; never rejects. Frameworks only differ in how they provide the bytes. */
export async function handleWebhook(
  body: Uint8Array,
  headers: WebhookHeaders,
  options: ReceiverOptions,
): Promise<ReceiverResponse> {
  try {
    const event = await verifyWebhook({ ...options, body, headers })
    const id = header(headers, 'webhook-id')
    if (id !== undefined && (await options.isKnown?.(id)) === true) return { status: 200, text: 'Known' }
    await options.onEvent(event, { id, attempt: Number(header(headers, 'x-webhook-attempt') ?? 1) })
    return { status: 200, text: 'Received' }
  } catch (error) {
    options.onError?.(error)
    if (!(error instanceof WebhookVerificationError)) return { status: 500, text: 'Failed' }
    const isOurs = OURS.has(error.code)
    return isOurs ? { status: 500, text: 'Failed' } : { status: 401, text: error.message }
  }
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers['get'] === 'function') return (headers as Headers).get(name) ?? undefined
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name]
  return typeof value === 'string' ? value : value?.[0]
}
