import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { expectRefusal } from '../test/expect-refusal.ts'
import { now, plainSecret, signBodyOnly, signStandard, type SignedRequest } from '../test/signed-request.ts'
import { verifyWebhook, type VerifyWebhookOptions } from './index.ts'

function verify(request: SignedRequest, changes: Partial<VerifyWebhookOptions> = {}): Promise<unknown> {
  return verifyWebhook({ ...request, now, ...changes })
}

for (const timestamp of ['', 'soon', '1736937000.5', '-1736937000', '0x67878b28', '1e9', '9'.repeat(13)]) {
  test(`the webhook-timestamp "${timestamp}" is refused as malformed`, async () => {
    const headers = { ...signStandard().headers, 'webhook-timestamp': timestamp }
    await expectRefusal(verify(signStandard(), { headers }), 'malformed_header')
  })
}

for (const timestamp of [
  '',
  'soon',
  '1736937000',
  '2025-01-15',
  '2025-99-99T10:30:00Z',
  '2025-01-15T10:30:00',
]) {
  test(`the X-Webhook-Timestamp "${timestamp}" is refused as malformed`, async () => {
    const headers = { ...signBodyOnly().headers, 'X-Webhook-Timestamp': timestamp }
    await expectRefusal(verify(signBodyOnly(), { headers }), 'malformed_header')
  })
}

test('an X-Webhook-Timestamp with another offset is the moment that it says', async () => {
  const headers = { ...signBodyOnly().headers, 'X-Webhook-Timestamp': '2025-01-15T12:30:00.000+02:00' }
  assert.ok(await verify(signBodyOnly(), { headers }))
})

for (const id of ['', 'evt.1', 'evt 1']) {
  test(`the webhook-id "${id}" is refused as malformed`, async () => {
    const headers = { ...signStandard().headers, 'webhook-id': id }
    await expectRefusal(verify(signStandard(), { headers }), 'malformed_header')
  })
}

test('a signature under an unknown version is not taken for v1', async () => {
  const { 'webhook-signature': signature = '' } = signStandard().headers
  const headers = { ...signStandard().headers, 'webhook-signature': `x${signature}` }
  await expectRefusal(verify(signStandard(), { headers }), 'malformed_header')
})

test('header names count in any case', async () => {
  const headers = Object.entries(signStandard().headers).map(
    ([name, value]) => [name.toUpperCase(), value] as const,
  )
  assert.ok(await verify(signStandard(), { headers: Object.fromEntries(headers) }))
})

test('a Fetch Headers object will do', async () => {
  assert.ok(await verify(signStandard(), { headers: new Headers(signStandard().headers) }))
  await expectRefusal(verify(signStandard(), { headers: new Headers() }), 'missing_header')
})

test('headers in arrays will do', async () => {
  const headers = Object.fromEntries(
    Object.entries(signStandard().headers).map(([name, value]) => [name, [value]]),
  )
  assert.ok(await verify(signStandard(), { headers }))
})

test('a repeated timestamp header is refused', async () => {
  const { 'webhook-timestamp': timestamp = '' } = signStandard().headers
  const headers = { ...signStandard().headers, 'webhook-timestamp': [timestamp, timestamp] }
  await expectRefusal(verify(signStandard(), { headers }), 'malformed_header')
})

test('a header that is named get is no Headers object', async () => {
  assert.ok(await verify(signStandard(), { headers: { get: 'it', ...signStandard().headers } }))
})

test('a Uint8Array verifies, also as a part of a larger buffer', async () => {
  const request = signStandard()
  const larger = Buffer.from(`before${request.body}after`)
  const body = new Uint8Array(larger.buffer, larger.byteOffset + 6, Buffer.byteLength(request.body))
  assert.deepEqual(await verify(request, { body }), JSON.parse(request.body))
})

test('a body from another realm verifies', async () => {
  const request = signStandard()
  const body: Uint8Array = runInNewContext('new Uint8Array(bytes)', {
    bytes: [...Buffer.from(request.body)],
  })
  assert.ok(!(body instanceof Uint8Array))
  assert.ok(await verify(request, { body }))
})

test('a body that a framework has parsed is refused with advice', async () => {
  const body: string = JSON.parse(signStandard().body)
  assert.match(await expectRefusal(verify(signStandard(), { body }), 'malformed_body'), /raw request body/)
})

for (const body of [
  '',
  'no JSON',
  '[]',
  'null',
  '{"event":"contact.created","data":{}}',
  '{"event":1,"timestamp":"","data":{}}',
  '{"event":"contact.created","timestamp":1736937000,"data":{}}',
  '{"event":"contact.created","timestamp":"","data":null}',
  '{"event":"contact.created","timestamp":"","data":"text"}',
]) {
  test(`the rightly signed body ${body || '""'} is refused as malformed`, async () => {
    await expectRefusal(verify(signStandard({ body })), 'malformed_body')
  })
}

test('bytes that are not UTF-8 are verified as they are and then refused as malformed', async () => {
  const body = Buffer.from('{"event":"\xff","timestamp":"","data":{}}', 'latin1')
  await expectRefusal(verify(signStandard({ body }), { body }), 'malformed_body')
  const other = Buffer.from('{"event":"\xfe","timestamp":"","data":{}}', 'latin1')
  await expectRefusal(verify(signStandard({ body }), { body: other }), 'signature_mismatch')
})

for (const secret of ['', [], [''], [plainSecret, ''], undefined, [plainSecret, undefined]]) {
  test(`the secret ${JSON.stringify(secret)} is refused as missing`, async () => {
    // @ts-expect-error The types refuse an unset environment variable; at run time it must not pass either.
    await expectRefusal(verify(signStandard(), { secret }), 'missing_secret')
  })
}

for (const secret of ['whsec_', 'whsec_not base64!', 'whsec_A']) {
  test(`the secret "${secret}" is refused as malformed without being shown`, async () => {
    const message = await expectRefusal(verify(signStandard(), { secret }), 'malformed_secret')
    assert.ok(secret === 'whsec_' || !message.includes(secret))
  })
}
