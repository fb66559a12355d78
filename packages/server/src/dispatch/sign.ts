import { createHmac, createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const STANDARD_PREFIX = 'whsec_'

interface SigningKey {
  /** The secret's own bytes. */
  plain: KeyObject
  /** As Standard Webhooks reads it. */
  standard: KeyObject
}

/** Making a key costs as much as a signature; the secrets of a webhook stay one array while they are cached. */
const keysBySecrets = new WeakMap<readonly string[], readonly SigningKey[]>()

function keysOf(secrets: readonly string[]): readonly SigningKey[] {
  const known = keysBySecrets.get(secrets)
  if (known !== undefined) return known
  const keys = secrets.map((secret) => ({
    plain: createSecretKey(secret, 'utf8'),
    standard: createSecretKey(standardKey(secret)),
  }))
  keysBySecrets.set(secrets, keys)
  return keys
}

/** `X-Webhook-Signature` for one or, during a rotation, several secrets: hex HMAC-SHA256 of the raw body. */
export function signBody(secrets: readonly string[], body: Buffer): string {
  return keysOf(secrets)
    .map(({ plain }) => `sha256=${createHmac('sha256', plain).update(body).digest('hex')}`)
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
    .map(({ standard }) => {
      const hmac = createHmac('sha256', standard).update(`${id}.${timestamp}.`).update(body)
      return `v1,${hmac.digest('base64')}`
    })
    .join(' ')
}

/** The base64 after `whsec_`; the UTF-8 bytes of any other secret. */
function standardKey(secret: string): Buffer {
  return secret.startsWith(STANDARD_PREFIX)
    ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8')
}
