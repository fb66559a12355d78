import type { KeyObject } from 'node:crypto'
import type { AttemptTrigger } from '../domain/delivery.ts'
import type { ReceiverAuth } from '../domain/receiver-auth.ts'
import { signAsymmetric } from '../domain/signature/ed25519.ts'
import { signBody, signStandard } from '../domain/signature/sign.ts'
import { USER_AGENT } from '../settings/version.ts'

export interface RequestParts {
  event: string
  eventId: string
  deliveryId: string
  attempt: number
  trigger: AttemptTrigger
  body: Buffer
  /** Those of the body's format. */
  bodyHeaders: Readonly<Record<string, string>>
  secrets: readonly string[]
  /** Sign instead of secrets, if there are any. */
  signingKeys: readonly KeyObject[]
  /** The webhook's own, already checked against the reserved names. */
  customHeaders: Readonly<Record<string, string>>
  /** W3C; null: none is sent. A webhook that sets the header itself keeps its own. */
  traceparent: string | null
  /** Milliseconds: when this attempt is made. */
  now: number
}

const JSON_TYPE = 'application/json'

/** The headers of one attempt. Ours come last, so that none can be overridden. */
export function buildHeaders(parts: RequestParts): Record<string, string> {
  return {
    ...traceOf(parts),
    ...ownHeaders(parts),
    'Content-Type': JSON_TYPE,
    ...parts.bodyHeaders,
    'User-Agent': USER_AGENT,
    'X-Webhook-Event': parts.event,
    'X-Webhook-Timestamp': new Date(parts.now).toISOString(),
    'X-Webhook-Id': parts.eventId,
    'X-Webhook-Delivery': parts.deliveryId,
    'X-Webhook-Attempt': String(parts.attempt),
    'X-Webhook-Trigger': parts.trigger,
    ...signatures(parts),
  }
}

function traceOf({ traceparent, customHeaders }: RequestParts): Record<string, string> {
  if (traceparent === null) return {}
  const isTheirs = Object.keys(customHeaders).some((name) => name.toLowerCase() === 'traceparent')
  return isTheirs ? {} : { traceparent }
}

/** Without those that the format sets, in whatever spelling. */
function ownHeaders({ customHeaders, bodyHeaders }: RequestParts): Readonly<Record<string, string>> {
  const set = new Set(Object.keys(bodyHeaders).map((name) => name.toLowerCase()))
  if (set.size === 0) return customHeaders
  return Object.fromEntries(Object.entries(customHeaders).filter(([name]) => !set.has(name.toLowerCase())))
}

function signatures({ secrets, signingKeys, eventId, now, body }: RequestParts): Record<string, string> {
  const timestamp = Math.floor(now / 1_000)
  const standard = (signature: string): Record<string, string> => ({
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
  })
  if (signingKeys.length > 0) return standard(signAsymmetric(signingKeys, eventId, timestamp, body))
  if (secrets.length === 0) return {}
  return {
    'X-Webhook-Signature': signBody(secrets, body),
    ...standard(signStandard(secrets, eventId, timestamp, body)),
  }
}

const MASK = '••••••'

/** The same names with masked values, as they may be stored and shown: a webhook's own are as secret as its signing secret. */
export function maskValues(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, MASK]))
}

/** What `webhooks_internal.request_headers()` writes again from the other columns of an attempt. */
const DERIVED = new Set([
  'Content-Type',
  'X-Webhook-Event',
  'X-Webhook-Timestamp',
  'X-Webhook-Id',
  'X-Webhook-Delivery',
  'X-Webhook-Attempt',
])

/** JSON text of the headers that an attempt has to store itself. */
export function toStoredHeaders(
  headers: Readonly<Record<string, string>>,
  customHeaders: Readonly<Record<string, string>>,
  auth: ReceiverAuth | undefined,
): string {
  // The access token is added when the request is sent.
  const stored: Record<string, string> = {}
  // First, where the database looks for it.
  if (headers['Content-Type'] !== JSON_TYPE) stored['Content-Type'] = headers['Content-Type']!
  if (auth?.type === 'oauth2') stored['Authorization'] = MASK
  for (const name in headers) {
    if (!DERIVED.has(name) && !(name in stored)) stored[name] = name in customHeaders ? MASK : headers[name]!
  }
  return JSON.stringify(stored)
}

const RESERVED = new Set(
  'connection content-encoding content-length content-type expect host keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade user-agent'.split(
    ' ',
  ),
)

/** Whether a webhook may not set this header: it is ours, or belongs to the connection. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return (
    RESERVED.has(lower) ||
    lower.startsWith('x-webhook-') ||
    lower.startsWith('webhook-') ||
    lower.startsWith('ce-') ||
    lower.startsWith('proxy-')
  )
}
