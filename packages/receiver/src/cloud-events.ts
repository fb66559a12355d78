import type { WebhookBody, WebhookEvent } from './events.ts'
import { WebhookVerificationError } from './verification-error.ts'
import type { VerifyWebhookOptions } from './verify.ts'
import { isWebhookBody, readHeader, verifyJson } from './verify.ts'

/** An event of a webhook with the format `cloudevents` or `cloudevents-binary`: CloudEvents 1.0. */
export interface WebhookCloudEvent<Event = WebhookEvent> {
  specversion: '1.0'
  /** The same on every retry and replay. */
  id: string
  /** `urn:uuid:` and the id of the organization. */
  source: string
  /** `com.connectgain.` and the event type. */
  type: string
  /** ISO 8601. */
  time?: string
  /** The id of the record. */
  subject?: string
  datacontenttype: 'application/json'
  /** The body that a webhook without a format gets. */
  data: Event
}

const OPTIONAL = ['time', 'subject'] as const

/**
 * Verifies a request of a webhook whose format is CloudEvents, structured or binary, as `verifyWebhook` does, and returns the
 * event.
 *
 * @throws {WebhookVerificationError} whose `code` tells why
 */
export function verifyCloudEvent<Event extends WebhookBody<string, unknown> = WebhookEvent>(
  options: VerifyWebhookOptions,
): Promise<WebhookCloudEvent<Event>>
export async function verifyCloudEvent(options: VerifyWebhookOptions): Promise<WebhookCloudEvent<unknown>> {
  const body: unknown = await verifyJson(options)
  const event = isWebhookBody(body) ? readAttributes(options, body) : body
  if (isCloudEvent(event)) return event
  throw new WebhookVerificationError(
    'malformed_body',
    'The signature is right, but the request is no CloudEvent 1.0 of ConnectGain: check the format of the webhook.',
  )
}

/** Binary mode: the attributes are headers. */
function readAttributes({ headers }: VerifyWebhookOptions, data: object): Record<string, unknown> {
  const read = (name: string): string | undefined => decode(readHeader(headers, `ce-${name}`))
  const optional = OPTIONAL.flatMap((name) => {
    const value = read(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    specversion: read('specversion'),
    id: read('id'),
    source: read('source'),
    type: read('type'),
    ...Object.fromEntries(optional),
    datacontenttype: 'application/json',
    data,
  }
}

/** What is not printable ASCII is percent-encoded in headers. */
function decode(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value)
  } catch {
    return undefined
  }
}

function isCloudEvent(value: unknown): value is WebhookCloudEvent<unknown> {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false
  const event = value as Record<string, unknown>
  const areTexts = ['id', 'source', 'type'].every((name) => typeof event[name] === 'string')
  return event['specversion'] === '1.0' && areTexts && isWebhookBody(event['data'])
}
