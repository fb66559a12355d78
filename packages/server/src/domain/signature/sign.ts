import { hmacKey, hmacSha256 } from './hmac.ts'
import type { HmacKey } from './hmac.ts'

const STANDARD_PREFIX = 'whsec_'

interface SigningKey {
  /** The secret's own bytes. */
  plain: HmacKey
  /** As Standard Webhooks reads it. */
  standard: HmacKey
}

/** Making a key costs as much as a signature; the secrets of a webhook stay one array while they are cached. */
const keysBySecrets = new WeakMap<readonly string[], readonly SigningKey[]>()

function keysOf(secrets: readonly string[]): readonly SigningKey[] {
  const known = keysBySecrets.get(secrets)
  if (known !== undefined) return known
  const keys = secrets.map((secret) => ({
    plain: hmacKey(Buffer.from(secret, 'utf8')),
    standard: hmacKey(standardKey(secret)),
  }))
  keysBySecrets.set(secrets, keys)
  return keys
}

/** `X-Webhook-Signature` for one or, during a rotation, several secrets: hex HMAC-SHA256 of the raw body. */
export function signBody(secrets: readonly string[], body: Buffer): string {
  return keysOf(secrets)
    .map(({ plain }) => `sha256=${hmacSha256(plain, [body], 'hex')}`)
    .join(', ')
}

/**
 * `webhook-signature` of the Standard Webhooks specification: base64 HMAC-SHA256 of `id.timestamp.body`.
 *
 * @param timestamp Unix seconds
 */
export function signStandard(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: Buffer,
): string {
  return keysOf(secrets)
    .map(({ standard }) => `v1,${hmacSha256(standard, [`${id}.${timestamp}.`, body], 'base64')}`)
    .join(' ')
}

/** The base64 after `whsec_`; the UTF-8 bytes of any other secret. */
function standardKey(secret: string): Buffer {
  return secret.startsWith(STANDARD_PREFIX)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8')
}
