import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectRefusal } from '../test/expect-refusal.ts'
import { now, signStandard } from '../test/signed-request.ts'
import { verifyCloudEvent, verifyJson, verifyWebhook } from './index.ts'
import type { ThinWebhookEvent } from './index.ts'

const data = { event: 'deal.created', timestamp: '2025-01-15T10:29:58.000Z', data: { id: 'd-1', value: 7 } }
const event = {
  specversion: '1.0',
  id: 'e-1',
  source: 'urn:uuid:0193f0a2-6c1b-7c3e-8f00-000000000001',
  type: 'com.connectgain.deal.created',
  time: data.timestamp,
  subject: 'Zoë "1"',
  datacontenttype: 'application/json',
  data,
}

test('a structured CloudEvent is verified and returned with the event as its data', async () => {
  const verified = await verifyCloudEvent({ ...signStandard({ body: JSON.stringify(event) }), now })
  assert.deepEqual(verified, event)
  if (verified.data.event === 'deal.created')
    assert.equal(verified.data.data.value satisfies number | null, 7)
})

test('a binary CloudEvent is put together from its headers and body', async () => {
  const { headers, ...signed } = signStandard({ body: JSON.stringify(data) })
  const { datacontenttype: _, data: __, ...attributes } = event
  const named = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURIComponent(value)])
  const verified = await verifyCloudEvent({
    ...signed,
    headers: { ...headers, ...(Object.fromEntries(named) as Record<string, string>) },
    now,
  })
  assert.deepEqual(verified, event)
  // Without the attributes it is the event of a webhook without a format.
  assert.deepEqual(await verifyWebhook({ ...signed, headers, now }), data)
})

test('a CloudEvent with a wrong signature, and what is no CloudEvent, is refused', async () => {
  const signed = signStandard({ body: JSON.stringify(event) })
  await expectRefusal(verifyCloudEvent({ ...signed, body: `${signed.body} `, now }), 'signature_mismatch')
  for (const body of [
    data,
    { ...event, specversion: '0.3' },
    { ...event, data: {} },
    { ...event, id: 7 },
    null,
    [],
  ])
    await expectRefusal(
      verifyCloudEvent({ ...signStandard({ body: JSON.stringify(body) }), now }),
      'malformed_body',
    )
})

test('a thin event verifies like any other', async () => {
  const thin = {
    event: 'deal.stage.changed',
    timestamp: data.timestamp,
    data: { id: 'd-1' },
    changed: ['stage'],
  }
  const verified = await verifyWebhook<ThinWebhookEvent>({
    ...signStandard({ body: JSON.stringify(thin) }),
    now,
  })
  assert.deepEqual(verified.changed, ['stage'])
})

test('the body of a transform may be any JSON', async () => {
  for (const body of ['{"text":"hello"}', '[1]', '"text"', 'null'])
    assert.deepEqual(await verifyJson({ ...signStandard({ body }), now }), JSON.parse(body))
  await expectRefusal(verifyJson({ ...signStandard({ body: 'no JSON' }), now }), 'malformed_body')
})
