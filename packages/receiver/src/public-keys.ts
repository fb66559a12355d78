import type { Bytes } from './bytes.ts'
import { fromBase64 } from './bytes.ts'
import { WebhookVerificationError } from './verification-error.ts'

const PREFIX = 'whpk_'

/** ConnectGain sends two at most; more would only cost time. */
const MAX_SIGNATURES = 4

/** Tests if this is a key of asymmetric signatures. It must never be used as an HMAC secret: anyone knows it. */
export function isPublicKey(secret: string): boolean {
  return secret.startsWith(PREFIX)
}

/** @param key the 32 bytes of `x` of a JWK, as base64url */
export function toPublicKey(key: string): string {
  return `${PREFIX}${key.replaceAll('-', '+').replaceAll('_', '/')}=`
}

/** @throws {WebhookVerificationError} */
export function readPublicKey(key: string): Bytes {
  try {
    const bytes = fromBase64(key.slice(PREFIX.length))
    if (bytes.length === 32) return bytes
  } catch {
    // Reported below.
  }
  throw new WebhookVerificationError(
    'malformed_secret',
    'A public key starts with whpk_, but the base64 of 32 bytes does not follow: copy the whole key again.',
  )
}

/**
 * @param signatures of `webhook-signature`; those of other schemes are skipped
 * @returns whether one of them is by one of the keys
 */
export async function isSignedBy(
  keys: readonly Bytes[],
  signatures: readonly string[],
  signed: Bytes,
): Promise<boolean> {
  const given = signatures.filter((signature) => signature.startsWith('v1a,')).slice(0, MAX_SIGNATURES)
  for (const key of keys) {
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
    for (const signature of given) {
      if (await crypto.subtle.verify('Ed25519', imported, fromBase64(signature.slice(4)), signed)) return true
    }
  }
  return false
}
