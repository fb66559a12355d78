import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { now, signStandard, type SignedRequest } from './signed-request.ts'

export interface TestKey {
  privateKey: KeyObject
  /** `whpk_…` */
  publicKey: string
  jwk: { kty: string; crv: string; use: string; alg: string; kid: string; x: string }
}

export function makeKey(kid = 'key-1'): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = privateKey.export({ format: 'jwk' })
  return {
    privateKey,
    publicKey: `whpk_${Buffer.from(x, 'base64url').toString('base64')}`,
    jwk: { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid, x },
  }
}

/** Signs with node:crypto, independent of the code under test; with several keys, one signature of each. */
export function signAsymmetric(keys: readonly TestKey[], age = 0): SignedRequest {
  const { body, headers } = signStandard({ age })
  const timestamp = String(now.getTime() / 1000 - age)
  const content = Buffer.from(`evt_1.${timestamp}.${body}`)
  const signatures = keys.map(({ privateKey }) => `v1a,${sign(null, content, privateKey).toString('base64')}`)
  return {
    body,
    headers: { ...headers, 'webhook-signature': signatures.join(' ') },
    secret: keys[0]!.publicKey,
  }
}
