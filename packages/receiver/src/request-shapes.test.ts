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

test('an X-Webhook-Timestamp with a time zone offset is accepted', async () => {
  const headers = { ...signBodyOnly().headers, 'X-Webhook-Timestamp': '2025-01-15T12:30:00.000+02:00' }
  assert.ok(await verify(signBodyOnly(), { headers }))
})

for (const id of ['', 'evt.1', 'evt 1']) {
  test(`the webhook-id "${id}" is refused as malformed`, async () => {
    const headers = { ...signStandard().headers, 'webhook-id': id }
    await expectRefusal(verify(signStandard(), { headers }), 'malformed_header')
  })
}

test('a signature with an unknown version is refused as malformed', async () => {
  const { 'webhook-signature': signature = '' } = signStandard().headers
  const headers = { ...signStandard().headers, 'webhook-signature': `x${signature}` }
  await expectRefusal(verify(signStandard(), { headers }), 'malformed_header')
})

test('header names are not case-sensitive', async () => {
  const headers = Object.entries(signStandard().headers).map(
    ([name, value]) => [name.toUpperCase(), value] as const,
  )
  assert.ok(await verify(signStandard(), { headers: Object.fromEntries(headers) }))
})

test('headers can be a Fetch Headers object', async () => {
  assert.ok(await verify(signStandard(), { headers: new Headers(signStandard().headers) }))
  await expectRefusal(verify(signStandard(), { headers: new Headers() }), 'missing_header')
})

test('header values can be arrays', async () => {
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

test('headers with one named get are not mistaken for a Headers object', async () => {
  assert.ok(await verify(signStandard(), { headers: { get: 'it', ...signStandard().headers } }))
})

test('a body can be a Uint8Array over part of a larger buffer', async () => {
  const request = signStandard()
  const larger = Buffer.from(`before${request.body}after`)
  const body = new Uint8Array(larger.buffer, larger.byteOffset + 6, Buffer.byteLength(request.body))
  assert.deepEqual(await verify(request, { body }), JSON.parse(request.body))
})

test('a body can be a Uint8Array from another realm', async () => {
  const request = signStandard()
  const body: Uint8Array = runInNewContext('new Uint8Array(bytes)', {
    bytes: [...Buffer.from(request.body)],
  })
  assert.ok(!(body instanceof Uint8Array))
  assert.ok(await verify(request, { body }))
})

test('a parsed body is refused with a message that asks for the raw request body', async () => {
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
  test(`the correctly signed body ${body || '""'} is refused as malformed`, async () => {
    await expectRefusal(verify(signStandard({ body })), 'malformed_body')
  })
}

test('a body that is not UTF-8 is verified byte for byte and then refused as malformed', async () => {
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
  test(`the secret "${secret}" is refused as malformed and does not appear in the message`, async () => {
    const message = await expectRefusal(verify(signStandard(), { secret }), 'malformed_secret')
    assert.ok(secret === 'whsec_' || !message.includes(secret))
  })
}
