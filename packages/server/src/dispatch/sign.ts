import { createHmac } from 'node:crypto'

const STANDARD_PREFIX = 'whsec_'

/** `X-Webhook-Signature` for one or, during a rotation, several secrets: hex HMAC-SHA256 of the raw body. */
export function signBody(secrets: readonly string[], body: Buffer): string {
  return secrets
    .map((secret) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
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
  return secrets
    .map((secret) => {
      const hmac = createHmac('sha256', standardKey(secret)).update(`${id}.${timestamp}.`).update(body)
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
