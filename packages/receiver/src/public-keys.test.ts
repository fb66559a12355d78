import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { makeKey, signAsymmetric } from '../test/asymmetric-request.ts'
import { expectRefusal } from '../test/expect-refusal.ts'
import { now, plainSecret, signBodyOnly, signStandard, type SignedRequest } from '../test/signed-request.ts'
import { verifyWebhook, type VerifyWebhookOptions } from './index.ts'

const [key, other] = [makeKey(), makeKey()]

function verify(request: SignedRequest, changes: Partial<VerifyWebhookOptions> = {}): Promise<unknown> {
  return verifyWebhook({ ...request, now, ...changes })
}

test('a request signed with a private key verifies with its public key and returns its parsed body', async () => {
  const request = signAsymmetric([key])
  assert.deepEqual(await verify(request), JSON.parse(request.body))
})

test('a changed body, id or time of a request signed with a private key is refused', async () => {
  const request = signAsymmetric([key])
  await expectRefusal(verify(request, { body: request.body.replace('Zoë', 'Eve') }), 'signature_mismatch')
  for (const [name, value] of [
    ['webhook-id', 'evt_2'],
    ['webhook-timestamp', String(now.getTime() / 1000 - 1)],
  ] as const) {
    const headers = { ...request.headers, [name]: value }
    await expectRefusal(verify(request, { headers }), 'signature_mismatch')
  }
})

test('a request signed with a private key is refused when it is too old', async () => {
  await expectRefusal(verify(signAsymmetric([key], 301)), 'timestamp_out_of_tolerance')
})

test('a request signed with another private key is refused', async () => {
  await expectRefusal(verify(signAsymmetric([other]), { secret: key.publicKey }), 'signature_mismatch')
})

test('a request signed with two private keys verifies with either public key', async () => {
  const request = signAsymmetric([key, other])
  assert.ok(await verify(request, { secret: key.publicKey }))
  assert.ok(await verify(request, { secret: other.publicKey }))
  assert.ok(await verify(signAsymmetric([other]), { secret: [key.publicKey, other.publicKey] }))
})

test('an endpoint that is switching verifies with its secret as well as with a public key', async () => {
  const secret = [plainSecret, key.publicKey]
  assert.ok(await verify(signStandard(), { secret }))
  assert.ok(await verify(signBodyOnly(), { secret }))
  assert.ok(await verify(signAsymmetric([key]), { secret }))
})

test('a public key is never used as a secret, which anyone could sign with', async () => {
  const byKey = { secret: key.publicKey }
  await expectRefusal(verify(signBodyOnly(byKey)), 'missing_header')
  await expectRefusal(verify(signStandard(byKey)), 'signature_mismatch')
  const bytes = Buffer.from(key.publicKey.slice(5), 'base64')
  const request = signStandard()
  const timestamp = request.headers['webhook-timestamp']
  const mac = createHmac('sha256', bytes).update(`evt_1.${timestamp}.${request.body}`).digest('base64')
  const headers = { ...request.headers, 'webhook-signature': `v1,${mac}` }
  await expectRefusal(verify({ ...request, headers, ...byKey }), 'signature_mismatch')
})

test('a private key is refused with a message that names the right one, and does not repeat it', async () => {
  const secret = `whsk_${Buffer.alloc(64, 7).toString('base64')}`
  const message = await expectRefusal(verify(signAsymmetric([key]), { secret }), 'malformed_secret')
  assert.match(message, /whpk_/)
  assert.ok(!message.includes(secret))
})

for (const secret of ['whpk_', 'whpk_????', `whpk_${Buffer.alloc(31).toString('base64')}`]) {
  test(`the public key "${secret}" is refused as malformed`, async () => {
    await expectRefusal(verify(signAsymmetric([key]), { secret }), 'malformed_secret')
  })
}

test('signatures of unknown schemes beside the right one are skipped', async () => {
  const request = signAsymmetric([key])
  const signature = `v2a,AAAA ${request.headers['webhook-signature']}`
  assert.ok(await verify(request, { headers: { ...request.headers, 'webhook-signature': signature } }))
})
