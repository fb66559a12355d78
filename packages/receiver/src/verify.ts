import type { Bytes } from './bytes.ts'
import { encode, fromBase64, join } from './bytes.ts'
import type { WebhookBody, WebhookEvent } from './events.ts'
import type { WebhookKeySet } from './key-set.ts'
import { isPublicKey, isSignedBy, readPublicKey } from './public-keys.ts'
import { WebhookVerificationError } from './verification-error.ts'

/** A Fetch `Headers`, or an object such as node:http's `request.headers`. Names are case-insensitive. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

export type WebhookSecret = string | WebhookKeySet

export interface VerifyWebhookOptions {
  /** The raw request body: parsing and serializing it again changes the bytes. */
  body: string | Uint8Array
  headers: WebhookHeaders
  /**
   * The webhook's signing secret; for a webhook with the signature type ed25519 the public key of its organization,
   * `whpk_…`, or its key set, see {@link createKeySet}. Or several of which any may match, such as the new and the old one
   * during a rotation.
   */
  secret: WebhookSecret | readonly WebhookSecret[]
  /** Maximum difference between the request's timestamp and now, in seconds, in either direction. Default: 300. */
  toleranceSeconds?: number | undefined
  /** The current time, as a Date or in milliseconds since the Unix epoch. */
  now?: Date | number | undefined
  /** Refuses a request that only has `X-Webhook-Signature`; see {@link verifyWebhook}. Default: false. */
  standardOnly?: boolean | undefined
}

const standardHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature']

/**
 * Verifies that ConnectGain signed this request, and returns its body, parsed and typed by `event`.
 *
 * The Standard Webhooks headers (`webhook-id`, `webhook-timestamp`, `webhook-signature`) are used if any of them is
 * present. ConnectGain always sends them. With public keys, they are required.
 *
 * Otherwise `X-Webhook-Signature` is used. It signs only the body: the age of `X-Webhook-Timestamp` is still checked,
 * but an attacker who captured a request can send it again with a new time and id. `standardOnly: true` refuses such
 * requests.
 *
 * The signature proves who sent the body. The types describe what ConnectGain sends, and are not checked column by
 * column.
 *
 * @throws {WebhookVerificationError} whose `code` tells why
 *
 * @example
 * const event = await verifyWebhook({ body, headers: request.headers, secret: process.env.WEBHOOK_SECRET ?? '' })
 * if (event.event === 'deal.stage.changed') console.log(event.previous.stage, '→', event.data.stage)
 */
export function verifyWebhook<Event extends WebhookBody<string, unknown> = WebhookEvent>(
  options: VerifyWebhookOptions,
): Promise<Event>
export async function verifyWebhook(options: VerifyWebhookOptions): Promise<WebhookBody<string, unknown>> {
  const parsed: unknown = await verifyJson(options)
  if (isWebhookBody(parsed)) return parsed
  throw new WebhookVerificationError(
    'malformed_body',
    'The signature is right, but the body is not UTF-8 JSON of the shape {"event", "timestamp", "data"}.',
  )
}

/**
 * The same for a webhook whose transform makes a body of another shape: verifies the signature, and returns the parsed body,
 * whatever it is.
 *
 * @throws {WebhookVerificationError} whose `code` tells why
 */
export function verifyJson<Body>(options: VerifyWebhookOptions): Promise<Body>
export async function verifyJson(options: VerifyWebhookOptions): Promise<unknown> {
  const body = readBody(options.body)
  const secrets = readSecrets(options.secret)
  const isStandard = standardHeaders.some((name) => readHeader(options.headers, name) !== undefined)
  // A public key is no secret: whoever knows it could sign with it.
  const isRequired = options.standardOnly || secrets.shared.length === 0
  await (isStandard || isRequired ? verifyStandard : verifyBodySignature)(body, secrets, options)
  return parseBody(body)
}

interface Secrets {
  shared: readonly string[]
  publicKeys: readonly string[]
  keySets: readonly WebhookKeySet[]
}

type Verify = (body: Bytes, secrets: Secrets, options: VerifyWebhookOptions) => Promise<void>

const verifyStandard: Verify = async (body, secrets, options) => {
  const need = (name: string, pattern: RegExp, shape: string): RegExpMatchArray =>
    requireHeader(options, name, pattern, shape, `${standardHeaders.join(', ')} come together`)
  const [id] = need('webhook-id', /^[^.\s]+$/, 'an id without dots and spaces')
  const [timestamp] = need('webhook-timestamp', /^\d{1,12}$/, 'unix seconds, such as 1736937000')
  const signature = /(?<!\S)v1(?:,[A-Za-z0-9+/]{43}=|a,[A-Za-z0-9+/]{86}==)(?!\S)/g
  const signatures = need(
    'webhook-signature',
    signature,
    'v1, and the base64 of 32 bytes, or v1a, and that of 64; spaces between several',
  )
  checkAge('webhook-timestamp', Number(timestamp) * 1000, options)

  const signed = join([encode(`${id}.${timestamp}.`), body])
  if (await isSignedAsymmetrically(signatures, secrets, signed)) return
  await requireMatch(signatures, secrets.shared.map(readStandardKey), async (key) => {
    return `v1,${btoa(String.fromCharCode(...(await hmac(key, signed))))}`
  })
}

async function isSignedAsymmetrically(
  signatures: readonly string[],
  { publicKeys, keySets }: Secrets,
  signed: Bytes,
): Promise<boolean> {
  const isBy = (keys: readonly string[]): Promise<boolean> =>
    isSignedBy(keys.map(readPublicKey), signatures, signed)
  if (await isBy(publicKeys)) return true
  if (!signatures.some((signature) => signature.startsWith('v1a,'))) return false
  for (const set of keySets) {
    if ((await isBy(await set.read(false))) || (await isBy(await set.read(true)))) return true
  }
  return false
}

const verifyBodySignature: Verify = async (body, secrets, options) => {
  const signatures = requireHeader(
    options,
    'X-Webhook-Signature',
    /\bsha256=[0-9a-f]{64}\b/gi,
    'sha256= and 64 hex digits, commas between several',
    'so is webhook-signature. Give the webhook a secret, and let proxies pass both headers on',
  )
  const iso = 'ISO 8601, such as 2025-01-15T10:30:00Z'
  const [timestamp] = requireHeader(
    options,
    'X-Webhook-Timestamp',
    /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/,
    iso,
    'it comes with X-Webhook-Signature',
  )
  const sentAt = Date.parse(timestamp)
  if (Number.isNaN(sentAt)) throw malformed('X-Webhook-Timestamp', iso)
  checkAge('X-Webhook-Timestamp', sentAt, options)

  const lowerCase = signatures.map((signature) => signature.toLowerCase())
  await requireMatch(lowerCase, secrets.shared.map(encode), async (key) => {
    const bytes = await hmac(key, body)
    return 'sha256=' + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  })
}

/** Computes one HMAC per key, however many signatures the sender lists, so that a long header costs nothing. */
async function requireMatch(
  signatures: readonly string[],
  keys: readonly Bytes[],
  signWith: (key: Bytes) => Promise<string>,
): Promise<void> {
  for (const key of keys) {
    const expected = await signWith(key)
    if (signatures.some((signature) => equalInConstantTime(signature, expected))) return
  }
  throw new WebhookVerificationError(
    'signature_mismatch',
    "No signature matches: use this webhook's secret or public key, and the raw bytes of the body, not JSON parsed and written again.",
  )
}

function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length
  for (let at = 0; at < expected.length; at++) difference |= given.charCodeAt(at) ^ expected.charCodeAt(at)
  return difference === 0
}

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  const hash = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', key, hash, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message))
}

function checkAge(
  header: string,
  sentAt: number,
  { toleranceSeconds = 300, now = Date.now() }: VerifyWebhookOptions,
): void {
  const age = (Number(now) - sentAt) / 1000
  // Not `>`: if the tolerance or the time is NaN, the request must be refused.
  if (Math.abs(age) <= toleranceSeconds) return
  throw new WebhookVerificationError(
    'timestamp_out_of_tolerance',
    `${header} is ${Math.ceil(Math.abs(age))} s in the ${age > 0 ? 'past' : 'future'}, and ${toleranceSeconds} s are ` +
      "tolerated: check this machine's clock. A request that is really old may be a replay.",
  )
}

function readBody(body: unknown): Bytes {
  if (typeof body === 'string') return encode(body)
  // Not `instanceof`: a Buffer from another realm, as in some test runners, is not an instance of this realm's
  // Uint8Array.
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
  throw new WebhookVerificationError(
    'malformed_body',
    'body must be the raw request body, a string or a Uint8Array: read it before a JSON parser does.',
  )
}

function readSecrets(secret: unknown): Secrets {
  const given = ([] as unknown[]).concat(secret)
  const texts = given.filter((one) => typeof one === 'string')
  const keySets = given.filter(isKeySet)
  if (texts.some((text) => text.startsWith('whsk_'))) {
    throw new WebhookVerificationError(
      'malformed_secret',
      'This is a private key. Use the public key, which starts with whpk_.',
    )
  }
  const [publicKeys, shared] = [texts.filter(isPublicKey), texts.filter((text) => !isPublicKey(text))]
  // One empty secret among valid ones would let anyone sign.
  if (texts.length + keySets.length === given.length && given.length > 0 && !texts.includes(''))
    return { shared, publicKeys, keySets }
  throw new WebhookVerificationError(
    'missing_secret',
    "secret is empty or has an empty entry: pass the webhook's signing secret, or several.",
  )
}

function isKeySet(one: unknown): one is WebhookKeySet {
  return typeof one === 'object' && one !== null && 'read' in one
}

function readStandardKey(secret: string): Bytes {
  if (!secret.startsWith('whsec_')) return encode(secret)
  try {
    const key = fromBase64(secret.slice(6))
    if (key.length > 0) return key
  } catch {
    // Reported below.
  }
  throw new WebhookVerificationError(
    'malformed_secret',
    'A secret starts with whsec_, but base64 does not follow: copy the whole secret again.',
  )
}

export function readHeader(headers: WebhookHeaders, name: string): string | undefined {
  if (isReader(headers)) return headers.get(name) ?? undefined
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === wanted && value !== undefined)
      return typeof value === 'string' ? value : value.join(' ')
  }
  return undefined
}

function isReader(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof (headers as Record<string, unknown>)['get'] === 'function'
}

function requireHeader(
  options: VerifyWebhookOptions,
  name: string,
  pattern: RegExp,
  shape: string,
  whenMissing: string,
): RegExpMatchArray {
  const value = readHeader(options.headers, name)
  if (value === undefined) {
    throw new WebhookVerificationError('missing_header', `The header ${name} is missing: ${whenMissing}.`)
  }
  const found = value.match(pattern)
  if (found) return found
  throw malformed(name, shape)
}

function malformed(name: string, shape: string): WebhookVerificationError {
  return new WebhookVerificationError('malformed_header', `The header ${name} is not ${shape}.`)
}

function parseBody(body: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch {
    // Not the parser's own message, which quotes the body.
    throw new WebhookVerificationError(
      'malformed_body',
      'The signature is right, but the body is not UTF-8 JSON.',
    )
  }
}

export function isWebhookBody(value: unknown): value is WebhookBody<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  if (!('event' in value && 'timestamp' in value && 'data' in value)) return false
  const { event, timestamp, data } = value
  return (
    typeof event === 'string' && typeof timestamp === 'string' && typeof data === 'object' && data !== null
  )
}
