import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { expectRefusal } from '../test/expect-refusal.ts'
import {
  now,
  plainSecret,
  signBodyOnly,
  signStandard,
  standardSecret,
  type SignedRequest,
} from '../test/signed-request.ts'
import { verifyWebhook, type VerifyWebhookOptions } from './index.ts'

const schemes = { 'webhook-signature': signStandard, 'X-Webhook-Signature': signBodyOnly }

function verify(request: SignedRequest, changes: Partial<VerifyWebhookOptions> = {}): Promise<unknown> {
  return verifyWebhook({ ...request, now, ...changes })
}

for (const [header, sign] of Object.entries(schemes)) {
  const headerOf = (request: SignedRequest): string => request.headers[header] ?? assert.fail(`no ${header}`)

  test(`${header}: a signed request verifies and returns its parsed body`, async () => {
    const request = sign()
    assert.deepEqual(await verify(request), JSON.parse(request.body))
  })

  test(`${header}: a changed body is refused`, async () => {
    const request = sign()
    const body = request.body.replace('Zoë', 'Eve')
    await expectRefusal(verify(request, { body }), 'signature_mismatch')
  })

  test(`${header}: a body that was parsed and serialized again is refused`, async () => {
    const request = sign({ body: '{"event": "contact.created", "timestamp": "", "data": {}}' })
    const body = JSON.stringify(JSON.parse(request.body))
    await expectRefusal(verify(request, { body }), 'signature_mismatch')
  })

  test(`${header}: a signature made with another secret is refused`, async () => {
    await expectRefusal(verify(sign(), { secret: 'another-secret' }), 'signature_mismatch')
  })

  test(`${header}: a secret with one character more or less than the right one is refused`, async () => {
    await expectRefusal(verify(sign(), { secret: `${plainSecret}y` }), 'signature_mismatch')
    await expectRefusal(verify(sign(), { secret: plainSecret.slice(0, -1) }), 'signature_mismatch')
  })

  test(`${header}: a request verifies with either of two secrets, in any order`, async () => {
    assert.ok(await verify(sign(), { secret: [plainSecret, 'the-old-one'] }))
    assert.ok(await verify(sign(), { secret: ['the-new-one', plainSecret] }))
  })

  test(`${header}: a request is refused if none of several secrets matches`, async () => {
    await expectRefusal(verify(sign(), { secret: ['the-new-one', 'the-old-one'] }), 'signature_mismatch')
  })

  test(`${header}: a request signed with two secrets verifies with either of them`, async () => {
    const byNew = headerOf(sign({ secret: 'the-new-one' }))
    const byOld = headerOf(sign({ secret: 'the-old-one' }))
    const separator = header === 'webhook-signature' ? ' ' : ', '
    const headers = { ...sign().headers, [header]: [byNew, byOld].join(separator) }
    assert.ok(await verify(sign(), { headers, secret: 'the-new-one' }))
    assert.ok(await verify(sign(), { headers, secret: 'the-old-one' }))
    await expectRefusal(verify(sign(), { headers, secret: 'a-third-one' }), 'signature_mismatch')
  })

  test(`${header}: a timestamp at the edge of the tolerance verifies, in the past and in the future`, async () => {
    assert.ok(await verify(sign({ age: 300 })))
    assert.ok(await verify(sign({ age: -300 })))
  })

  test(`${header}: a timestamp beyond the tolerance is refused, in the past and in the future`, async () => {
    const past = await expectRefusal(verify(sign({ age: 301 })), 'timestamp_out_of_tolerance')
    assert.match(past, /301 s in the past, and 300 s are tolerated/)
    const future = await expectRefusal(verify(sign({ age: -301 })), 'timestamp_out_of_tolerance')
    assert.match(future, /301 s in the future/)
  })

  test(`${header}: the caller can choose the tolerance`, async () => {
    assert.ok(await verify(sign({ age: 3600 }), { toleranceSeconds: 3600 }))
    await expectRefusal(verify(sign({ age: 11 }), { toleranceSeconds: 10 }), 'timestamp_out_of_tolerance')
  })

  test(`${header}: a request is refused if the tolerance or the current time is not a number`, async () => {
    await expectRefusal(verify(sign(), { toleranceSeconds: Number.NaN }), 'timestamp_out_of_tolerance')
    await expectRefusal(verify(sign(), { now: new Date('no date') }), 'timestamp_out_of_tolerance')
  })

  test(`${header}: the timestamp is compared with the clock unless the caller gives a time`, async () => {
    await expectRefusal(verify(sign(), { now: undefined }), 'timestamp_out_of_tolerance')
  })

  for (const broken of [
    '',
    'garbage',
    'v1,',
    'v1,not-base64!',
    'v1a,AAAA',
    'sha256=',
    'sha256=abc',
    'sha1=00',
  ]) {
    test(`${header}: the signature "${broken}" is refused as malformed`, async () => {
      const headers = { ...sign().headers, [header]: broken }
      const message = await expectRefusal(verify(sign(), { headers }), 'malformed_header')
      assert.ok(message.includes(header), message)
    })
  }

  test(`${header}: a malformed signature next to a valid one is ignored`, async () => {
    const headers = { ...sign().headers, [header]: `v2,AAAA sha512=00 ${headerOf(sign())}` }
    assert.ok(await verify(sign(), { headers }))
  })

  test(`${header}: a signature with one digit changed is refused`, async () => {
    const given = headerOf(sign())
    const headers = {
      ...sign().headers,
      [header]: given.replace(/[0-8](?=[^0-8]*$)/, (digit) => `${+digit + 1}`),
    }
    assert.notEqual(headers[header], given)
    await expectRefusal(verify(sign(), { headers }), 'signature_mismatch')
  })

  test(`${header}: the error names the header that is missing`, async () => {
    const all = Object.keys(sign().headers)
    assert.ok(all.length >= 2)
    for (const name of all) {
      const headers = { ...sign().headers, [name]: undefined }
      assert.match(await expectRefusal(verify(sign(), { headers }), 'missing_header'), new RegExp(name, 'i'))
    }
  })

  test(`${header}: an error contains neither the secret nor the right signature`, async () => {
    const request = sign()
    const shown = await verify(request, { body: `${request.body} ` }).catch((error: unknown) => error)
    assert.ok(shown instanceof Error)
    const everything = `${shown.stack ?? ''} ${JSON.stringify(shown)}`
    const right = headerOf(sign({ body: `${request.body} ` }))
    assert.ok(!everything.includes(plainSecret) && !everything.includes(right.split(/[,=]/)[1] ?? right))
  })
}

test('webhook-signature uses the decoded bytes of a whsec_ secret as the key', async () => {
  assert.ok(await verify(signStandard({ secret: standardSecret })))
})

test('X-Webhook-Signature uses a whsec_ secret as text, including the prefix', async () => {
  assert.ok(await verify(signBodyOnly({ secret: standardSecret })))
})

test('an X-Webhook-Signature in uppercase hex digits verifies', async () => {
  const request = signBodyOnly()
  const signature = request.headers['X-Webhook-Signature']?.toUpperCase().replace('SHA256', 'sha256')
  assert.ok(await verify(request, { headers: { ...request.headers, 'X-Webhook-Signature': signature } }))
})

test('a request signed by the standardwebhooks package verifies', async () => {
  const { body } = signStandard()
  const signature = new Webhook(standardSecret).sign('msg_2KWPBgLlAfxdpx2AI54pPJ85f4W', now, body)
  const headers = {
    'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    'webhook-timestamp': String(now.getTime() / 1000),
    'webhook-signature': signature,
  }
  assert.deepEqual(await verifyWebhook({ body, headers, secret: standardSecret, now }), JSON.parse(body))
})

test('a webhook-id or webhook-timestamp that differs from the signed one is refused', async () => {
  for (const change of [
    { 'webhook-id': 'evt_2' },
    { 'webhook-timestamp': String(now.getTime() / 1000 + 1) },
  ]) {
    const headers = { ...signStandard().headers, ...change }
    await expectRefusal(verify(signStandard(), { headers }), 'signature_mismatch')
  }
})

test('a request with a wrong webhook-signature is refused even if its X-Webhook-Signature is right', async () => {
  const wrong = signStandard({ secret: 'another-secret' })
  const headers = { ...wrong.headers, ...signBodyOnly().headers }
  await expectRefusal(verify(signStandard(), { headers }), 'signature_mismatch')
})

test('a request with an old webhook-timestamp is refused even if its X-Webhook-Timestamp is recent', async () => {
  const headers = { ...signStandard({ age: 301 }).headers, ...signBodyOnly().headers }
  await expectRefusal(verify(signStandard(), { headers }), 'timestamp_out_of_tolerance')
})

test('a request with only some of the standard headers is not verified by X-Webhook-Signature', async () => {
  const headers = { 'webhook-id': 'evt_1', ...signBodyOnly().headers }
  await expectRefusal(verify(signBodyOnly(), { headers }), 'missing_header')
})

test('standardOnly accepts the standard headers and refuses X-Webhook-Signature alone', async () => {
  await expectRefusal(verify(signBodyOnly(), { standardOnly: true }), 'missing_header')
  assert.ok(await verify(signStandard(), { standardOnly: true }))
})

test('a request without a signature is refused with a message that names both headers', async () => {
  const message = await expectRefusal(verify(signStandard(), { headers: {} }), 'missing_header')
  assert.match(message, /X-Webhook-Signature.*webhook-signature/)
})
