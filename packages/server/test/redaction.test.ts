import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { DeliveryRow, ErrorBody, LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'

const PHONE = '+4915112345678'
const SECRET = 'a secret of tests'

const emit = (stage: Stage, data: object, previous?: object): Promise<{ id: string }> =>
  stage.server.api.insert('webhook_events', {
    organization_id: stage.organizationId,
    event: 'contact.updated',
    data,
    ...(previous === undefined ? {} : { previous }),
  })

onEachEngine(
  'redaction',
  (stage) => {
    const logsOf = (id: string, count: number) =>
      stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}&order=attempt`, count)
    const redacted = (fields: object = {}) =>
      createWebhook(stage, {
        events: ['contact.updated'],
        redact: ['data.phone', 'data.address.street'],
        secret: SECRET,
        ...fields,
      })

    test('a request has neither redacted fields nor their previous values, and is signed as it is sent', async () => {
      const { id, path } = await redacted()
      const { id: bystander, path: whole } = await createWebhook(stage, { events: ['contact.updated'] })
      const data = { id: 'c-1', phone: PHONE, address: { street: 'Main St', city: 'Bonn' }, score: 1.5 }
      await emit(stage, data, { phone: '+4915100000000', score: 1 })
      const [sent] = await stage.receiver.received(path, 1)
      assert.deepEqual(sent?.json.data, { id: 'c-1', address: { city: 'Bonn' }, score: 1.5 })
      assert.deepEqual(sent.json.previous, { score: 1 })
      const signature = createHmac('sha256', SECRET).update(sent.body).digest('hex')
      assert.ok(sent.headers['x-webhook-signature']?.includes(signature))
      const [logged] = await logsOf(id, 1)
      assert.equal(logged?.request_body, sent.body)
      const [other] = await stage.receiver.received(whole, 1)
      assert.deepEqual(other?.json.data, data)
      assert.equal((await logsOf(bystander, 1))[0]?.request_body, other.body)
    })

    test('all attempts of a delivery send the same body, even if the redacted fields change meanwhile', async () => {
      const { id, path } = await redacted()
      stage.receiver.reply(path, 503, 200)
      await emit(stage, { id: 'c-2', phone: PHONE, email: 'ada@example.com' })
      await stage.receiver.received(path, 1)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { redact: ['data.email'] })
      const [first, second] = await stage.receiver.received(path, 2)
      assert.equal(second?.body, first?.body)
      assert.ok(!first?.body.includes(PHONE))
      const logs = await logsOf(id, 2)
      assert.deepEqual(
        logs.map(({ attempt, status, request_body }) => [attempt, status, request_body]),
        [
          [1, 'failed', first!.body],
          [2, 'success', first!.body],
        ],
      )
      await emit(stage, { id: 'c-2', phone: PHONE, email: 'ada@example.com' })
      const third = (await stage.receiver.received(path, 3))[2]
      assert.deepEqual(third?.json.data, { id: 'c-2', phone: PHONE })
    })

    test('a filter is evaluated before fields are redacted', async () => {
      const { path } = await redacted({ filter: { 'data.phone': PHONE } })
      await emit(stage, { id: 'c-3', phone: PHONE })
      assert.deepEqual((await stage.receiver.received(path, 1))[0]?.json.data, { id: 'c-3' })
    })

    test('a test request, a manual retry and a replay send no redacted fields', async () => {
      const { id, path } = await redacted()
      const tested = await stage.server.api.rpc<{ request: { body: string } }>('test_webhook', {
        webhook_id: id,
        event: 'contact.updated',
        data: { id: 'c-4', phone: PHONE },
      })
      assert.ok(!tested.body.request.body.includes('phone'))
      await emit(stage, { id: 'c-5', phone: PHONE })
      const [delivery] = await stage.server.api.rows<DeliveryRow & { redact: string[] }>(
        `webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`,
        1,
      )
      assert.deepEqual(delivery?.redact, ['data.phone', 'data.address.street'])
      await stage.server.api.rpc('retry_delivery', { delivery_id: delivery.id })
      const since = new Date().toISOString()
      const missing = await redacted({ events: ['contact.assigned'] })
      await emit(stage, { id: 'c-6', phone: PHONE })
      await stage.server.api.patch(`webhook_configurations?id=eq.${missing.id}`, {
        events: ['contact.updated'],
      })
      await stage.server.api.rpc('replay_events', { webhook_id: missing.id, since })
      const [replayed] = await stage.receiver.received(missing.path, 1)
      assert.deepEqual(replayed?.json.data, { id: 'c-6' })
      for (const { body } of await stage.receiver.received(path, 4)) assert.ok(!body.includes(PHONE))
      for (const { request_body } of await logsOf(id, 4)) assert.ok(!request_body!.includes(PHONE))
    })

    test('an invalid redacted field is refused with a valid example', async () => {
      for (const redact of ['data.phone', ['phone'], ['data'], ['data.'], ['event'], ['data.a b'], [5]]) {
        const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
          organization_id: stage.organizationId,
          name: 'x',
          url: 'https://example.com/',
          events: ['*'],
          redact,
        })
        assert.deepEqual([status, body.details], [400, 'redact'])
        assert.match(body.message, /"data\.phone"/)
      }
    })
  },
  { settings: { RETRY_SCHEDULE: '500ms,500ms' } },
)
