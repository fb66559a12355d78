import assert from 'node:assert/strict'
import { createPublicKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { newId } from '../domain/ids.ts'
import { generateSigningKeyPair, toJwk } from '../domain/signature/ed25519.ts'
import type { TargetRow } from '../domain/webhook.ts'
import { authContext, headersContext, secretContext, signingKeyContext } from './sealed-columns.ts'
import { createSecretBox } from './secret-box.ts'
import { createTargetOpener } from './webhook-target.ts'

const box = createSecretBox([randomBytes(32)])
const open = createTargetOpener(box, { timeout: 1, maxInFlight: 1 })

function storeKey(): { sealed: { id: string; private_key: string }; x: string } {
  const id = newId()
  const { privateKey, publicKey } = generateSigningKeyPair()
  return {
    sealed: { id, private_key: box.seal(privateKey, signingKeyContext(id)) },
    x: toJwk(id, publicKey).x,
  }
}

function makeRow(keys: readonly object[] | null): TargetRow {
  const id = newId()
  return {
    webhook_id: id,
    url: 'https://a.example/',
    secret: box.seal('the-secret', secretContext(id)),
    previous_secret: null,
    sealed_headers: null,
    sealed_auth: null,
    signing_keys: keys === null ? null : JSON.stringify(keys),
    timeout_ms: null,
    max_in_flight: null,
    is_healthy: true,
    is_held: false,
    is_parked: false,
    is_ordered: false,
  }
}

test('a webhook with signing keys signs with them in their order, and not with its secret', () => {
  const [current, replaced] = [storeKey(), storeKey()]
  const { secrets, signingKeys, unreadable } = open(makeRow([current.sealed, replaced.sealed]))
  assert.deepEqual(
    signingKeys.map((key) => createPublicKey(key).export({ format: 'jwk' }).x),
    [current.x, replaced.x],
  )
  assert.deepEqual([secrets, unreadable], [[], undefined])
  const plain = open(makeRow(null))
  assert.deepEqual([plain.secrets, plain.signingKeys], [['the-secret'], []])
})

test('webhooks of an organization share its decrypted key', () => {
  const { sealed } = storeKey()
  const [one, other] = [open(makeRow([sealed])), open(makeRow([sealed]))]
  assert.equal(one.signingKeys[0], other.signingKeys[0])
})

test('a webhook is opened again after its signing keys have changed', () => {
  const [first, second] = [storeKey(), storeKey()]
  const row = makeRow([first.sealed])
  assert.equal(open(row), open({ ...row }))
  const rotated = open({ ...row, signing_keys: JSON.stringify([second.sealed, first.sealed]) })
  assert.equal(rotated.signingKeys.length, 2)
})

test('nothing is sent for a webhook whose organization has no signing key, or one of another row', () => {
  assert.match(open(makeRow([])).unreadable ?? '', /no signing key.*rotate_signing_key/)
  const [mine, theirs] = [storeKey(), storeKey()]
  const moved = open(makeRow([{ ...mine.sealed, private_key: theirs.sealed.private_key }]))
  assert.match(moved.unreadable ?? '', /cannot be decrypted/)
  assert.deepEqual([moved.signingKeys, moved.secrets], [[], []])
})

test('the authentication of a webhook keeps its identity while only other columns change', () => {
  const row = makeRow(null)
  const auth = { type: 'oauth2', token_url: 'https://t.example/', client_id: 'a', client_secret: 'b' }
  const sealed_auth = box.seal(JSON.stringify(auth), authContext(row.webhook_id))
  const first = open({ ...row, sealed_auth })
  assert.deepEqual(first.auth, auth)
  assert.equal(open({ ...row, sealed_auth, is_healthy: false }).auth, first.auth)
  assert.equal(open(row).auth, undefined)
})

test('an Authorization header of its own is not sent by a webhook with access tokens', () => {
  const row = makeRow(null)
  const headers = { authorization: 'Basic x', 'X-Key': 'value' }
  const sealed_headers = box.seal(JSON.stringify(headers), headersContext(row.webhook_id))
  const auth = { type: 'oauth2', token_url: 'https://t.example/', client_id: 'a', client_secret: 'b' }
  const sealed_auth = box.seal(JSON.stringify(auth), authContext(row.webhook_id))
  assert.deepEqual(open({ ...row, sealed_headers, sealed_auth }).headers, { 'X-Key': 'value' })
  assert.deepEqual(open({ ...row, sealed_headers }).headers, headers)
})

test('nothing is sent for a webhook whose authentication belongs to another row', () => {
  const sealed_auth = box.seal('{"type":"mtls","certificate":"","key":""}', authContext(newId()))
  assert.match(open({ ...makeRow(null), sealed_auth }).unreadable ?? '', /cannot be decrypted/)
})
