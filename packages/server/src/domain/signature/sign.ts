import { createHmac, createSecretKey } from 'node:crypto'
import type { BinaryToTextEncoding, KeyObject } from 'node:crypto'

const STANDARD_PREFIX = 'whsec_'

interface SigningKey {
  /** The bytes of the secret. */
  plain: KeyObject
  /** As Standard Webhooks reads the secret. */
  standard: KeyObject
}

/** The secrets of a webhook stay one array while they are cached. */
const keysBySecrets = new WeakMap<readonly string[], readonly SigningKey[]>()

function findKeys(secrets: readonly string[]): readonly SigningKey[] {
  const known = keysBySecrets.get(secrets)
  if (known !== undefined) return known
  const keys = secrets.map((secret) => ({
    plain: createSecretKey(secret, 'utf8'),
    standard: createSecretKey(standardKey(secret)),
  }))
  keysBySecrets.set(secrets, keys)
  return keys
}

function hmac(key: KeyObject, parts: readonly (string | Buffer)[], encoding: BinaryToTextEncoding): string {
  const sum = createHmac('sha256', key)
  for (const part of parts) sum.update(part)
  return sum.digest(encoding)
}

/** `X-Webhook-Signature` for one or, during a rotation, several secrets: hex HMAC-SHA256 of the raw body. */
export function signBody(secrets: readonly string[], body: Buffer): string {
  return findKeys(secrets)
    .map(({ plain }) => `sha256=${hmac(plain, [body], 'hex')}`)
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
  return findKeys(secrets)
    .map(({ standard }) => `v1,${hmac(standard, [`${id}.${timestamp}.`, body], 'base64')}`)
    .join(' ')
}

/** The base64 after `whsec_`; the UTF-8 bytes of any other secret. */
function standardKey(secret: string): Buffer {
  return secret.startsWith(STANDARD_PREFIX)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8')
}
