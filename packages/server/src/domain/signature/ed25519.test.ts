import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { generateSigningKeyPair, isSignedBy, readPrivateKey, signAsymmetric, toJwk } from './ed25519.ts'

/** RFC 8032, section 7.1, test 1. */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
const POINT = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'

const key = readPrivateKey(`whsk_${Buffer.from(SEED + POINT, 'hex').toString('base64')}`)
const other = readPrivateKey(generateSigningKeyPair().privateKey)
const body = Buffer.from('{"text":"Olá 👋"}')

const signed = (signatures: string, changes: object = {}) => ({
  id: 'evt_1',
  timestamp: '1736937000',
  signatures,
  body,
  ...changes,
})

test('a private key is read as the specification of Ed25519 has it', () => {
  const exported = createPublicKey(key).export({ format: 'jwk' })
  assert.equal(Buffer.from(exported.x!, 'base64url').toString('hex'), POINT)
})

test('a signature is v1a and the base64 of a deterministic Ed25519 signature of id, time and body', () => {
  const signature = signAsymmetric([key], 'evt_1', 1_736_937_000, body)
  assert.match(signature, /^v1a,[A-Za-z0-9+/]{86}==$/)
  assert.equal(signature, signAsymmetric([key], 'evt_1', 1_736_937_000, body))
  const content = Buffer.concat([Buffer.from('evt_1.1736937000.'), body])
  assert.ok(verify(null, content, createPublicKey(key), Buffer.from(signature.slice(4), 'base64')))
})

test('two keys make two signatures, the first one first', () => {
  const both = signAsymmetric([key, other], 'evt_1', 1, body)
  assert.equal(
    both,
    `${signAsymmetric([key], 'evt_1', 1, body)} ${signAsymmetric([other], 'evt_1', 1, body)}`,
  )
})

test('a generated pair has the prefixes of Standard Webhooks, and its halves belong together', () => {
  const { privateKey, publicKey } = generateSigningKeyPair()
  assert.match(privateKey, /^whsk_[A-Za-z0-9+/]{86}==$/)
  assert.match(publicKey, /^whpk_[A-Za-z0-9+/]{43}=$/)
  const jwk = createPublicKey(readPrivateKey(privateKey)).export({ format: 'jwk' })
  assert.equal(jwk.x, toJwk('a', publicKey).x)
  assert.notEqual(publicKey, generateSigningKeyPair().publicKey)
})

test('a published key has exactly the members of RFC 8037 for signatures', () => {
  const publicKey = `whpk_${Buffer.from(POINT, 'hex').toString('base64')}`
  assert.deepEqual(toJwk('key-1', publicKey), {
    kty: 'OKP',
    crv: 'Ed25519',
    use: 'sig',
    alg: 'EdDSA',
    kid: 'key-1',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  })
})

test('a signed request is recognized by its key, and not after any of its parts has changed', () => {
  const signature = signAsymmetric([key], 'evt_1', 1_736_937_000, body)
  assert.ok(isSignedBy([key], signed(signature)))
  assert.ok(isSignedBy([other, key], signed(`v1,AAAA v2a,BBBB ${signature}`)))
  assert.equal(isSignedBy([other], signed(signature)), false)
  for (const change of [{ id: 'evt_2' }, { timestamp: '1736937001' }, { body: Buffer.from('{}') }])
    assert.equal(isSignedBy([key], signed(signature, change)), false)
})
