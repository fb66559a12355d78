import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** The prefixes of the Standard Webhooks specification. */
const PRIVATE_PREFIX = 'whsk_'
const PUBLIC_PREFIX = 'whpk_'
const KEY_BYTES = 32

export interface SigningKeyPair {
  /** `whsk_` and the base64 of the seed and the public key, 64 bytes, as most libraries expect it. */
  privateKey: string
  /** `whpk_` and the base64 of 32 bytes. */
  publicKey: string
}

/** A public key in a JWK set (RFC 8037). */
export interface PublicJwk {
  kty: 'OKP'
  crv: 'Ed25519'
  use: 'sig'
  alg: 'EdDSA'
  kid: string
  x: string
}

export function generateSigningKeyPair(): SigningKeyPair {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const [seed, point] = [Buffer.from(d!, 'base64url'), Buffer.from(x!, 'base64url')]
  return {
    privateKey: PRIVATE_PREFIX + Buffer.concat([seed, point]).toString('base64'),
    publicKey: PUBLIC_PREFIX + point.toString('base64'),
  }
}

/** @param text `whsk_…` */
export function readPrivateKey(text: string): KeyObject {
  const bytes = Buffer.from(text.slice(PRIVATE_PREFIX.length), 'base64')
  const [d, x] = [bytes.subarray(0, KEY_BYTES), bytes.subarray(KEY_BYTES)].map((part) =>
    part.toString('base64url'),
  )
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: d!, x: x! }, format: 'jwk' })
}

/** @param publicKey `whpk_…` */
export function toJwk(kid: string, publicKey: string): PublicJwk {
  const x = Buffer.from(publicKey.slice(PUBLIC_PREFIX.length), 'base64').toString('base64url')
  return { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid, x }
}

/**
 * `webhook-signature` of the Standard Webhooks specification for one or, during a rotation, two keys: `v1a,` and the
 * base64 of the Ed25519 signature of `id.timestamp.body`.
 *
 * @param timestamp Unix seconds
 */
export function signAsymmetric(
  keys: readonly KeyObject[],
  id: string,
  timestamp: number,
  body: Buffer,
): string {
  const signed = joinSigned(id, String(timestamp), body)
  return keys.map((key) => `v1a,${sign(null, signed, key).toString('base64')}`).join(' ')
}

/** The parts of a signed request, as received. */
export interface SignedParts {
  id: string
  timestamp: string
  /** `webhook-signature`. */
  signatures: string
  body: Buffer
}

/** @returns whether one of the signatures is by one of the private keys */
export function isSignedBy(
  keys: readonly KeyObject[],
  { id, timestamp, signatures, body }: SignedParts,
): boolean {
  const signed = joinSigned(id, timestamp, body)
  const given = signatures.match(/(?<!\S)v1a,[A-Za-z0-9+/]{86}==(?!\S)/g) ?? []
  return given
    .slice(0, MAX_SIGNATURES)
    .some((signature) =>
      keys.some((key) =>
        verify(null, signed, createPublicKey(key), Buffer.from(signature.slice('v1a,'.length), 'base64')),
      ),
    )
}

/** A header with more is not ours: verifying is expensive. */
const MAX_SIGNATURES = 4

const joinSigned = (id: string, timestamp: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
