import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { CloudEvent, HTTP } from 'cloudevents'
import type { DeliveryRow, ErrorBody, LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { verifyCloudEvent, verifyWebhook } from '@connectgain/webhooks-receiver'
import type { ThinWebhookEvent } from '@connectgain/webhooks-receiver'
import { CHATS } from './harness/chat-formats.ts'

const SECRET = 'a secret of tests'
/** What one of the chats would read as a mention, a format or a date. */
const EVERYBODY = '<!channel> @everyone <users/all> <at>you</at> {{DATE(2025-01-01,SHORT)}} & *Ada*'
const DEAL = {
  id: 'd-1',
  title: EVERYBODY,
  stage: 'Won',
  pipeline: 'default',
  value: 1250.5,
  currency: 'EUR',
}

const emit = (stage: Stage, fields: object = {}): Promise<{ id: string }> =>
  stage.server.api.insert('webhook_events', {
    organization_id: stage.organizationId,
    event: 'deal.stage.changed',
    data: DEAL,
    previous: { stage: 'New' },
    timestamp: '2025-01-15T10:30:00Z',
    ...fields,
  })

onEachEngine(
  'shapes',
  (stage) => {
    const shaped = (fields: object): Promise<{ id: string; path: string }> =>
      createWebhook(stage, { events: ['deal.stage.changed'], secret: SECRET, ...fields })
    const logsOf = (id: string, count: number): Promise<LogRow[]> =>
      stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=eq.${id}&order=attempt`, count)

    test('a structured CloudEvent is read by the official SDK, and its data is the default body byte for byte', async () => {
      const { path } = await shaped({ format: 'cloudevents' })
      const { path: plain } = await shaped({})
      const { id } = await emit(stage)
      const [sent] = await stage.receiver.received(path, 1)
      const [whole] = await stage.receiver.received(plain, 1)
      assert.equal(sent!.headers['content-type'], 'application/cloudevents+json')
      const event = HTTP.toEvent({ headers: sent!.headers, body: sent!.body })
      assert.ok(event instanceof CloudEvent && event.validate())
      assert.deepEqual(
        [event.specversion, event.id, event.type, event.source, event.subject, event.time],
        [
          '1.0',
          id,
          'com.connectgain.deal.stage.changed',
          `urn:uuid:${stage.organizationId}`,
          'd-1',
          '2025-01-15T10:30:00.000Z',
        ],
      )
      assert.deepEqual(event.data, whole!.json)
      assert.ok(sent!.body.endsWith(`,"data":${whole!.body}}`))
    })

    test('a binary CloudEvent has its attributes in headers and the default body', async () => {
      const { path } = await shaped({ format: 'cloudevents-binary', headers: { 'X-Own': 'yes' } })
      const { path: plain } = await shaped({})
      const { id } = await emit(stage, { data: { ...DEAL, id: 'Zoë "1" %' } })
      const [sent] = await stage.receiver.received(path, 1)
      const [whole] = await stage.receiver.received(plain, 1)
      const event = HTTP.toEvent({ headers: sent!.headers, body: sent!.body })
      assert.ok(event instanceof CloudEvent && event.validate())
      assert.deepEqual([event.id, event.type], [id, 'com.connectgain.deal.stage.changed'])
      assert.equal(sent!.headers['ce-subject'], 'Zo%C3%AB%20%221%22%20%25')
      assert.equal(sent!.headers['content-type'], 'application/json')
      assert.equal(sent!.body, whole!.body)
    })

    for (const { format, schema, textsOf, reads } of CHATS) {
      test(`a message for ${format} has its published form, says what happened, and mentions nobody`, async () => {
        const { path } = await shaped({ format })
        await emit(stage)
        const [sent] = await stage.receiver.received(path, 1)
        const message = schema.parse(sent!.json)
        const said = textsOf(message).join('\n')
        assert.match(said, /Deal moved to Won/)
        assert.match(said, /New → Won/)
        assert.match(said, /1,250.5 EUR/)
        assert.doesNotMatch(textsOf(message).join('\n'), reads)
      })
    }

    test('a thin body names the record and the changed fields, and has no value of them', async () => {
      const { path } = await shaped({ payload: 'thin' })
      const { path: redacted } = await shaped({ payload: 'thin', redact: ['data.stage'] })
      await emit(stage, { previous: { stage: 'New', value: 7 } })
      const [sent] = await stage.receiver.received(path, 1)
      assert.deepEqual(sent!.json, {
        event: 'deal.stage.changed',
        timestamp: '2025-01-15T10:30:00.000Z',
        data: { id: 'd-1' },
        changed: ['stage', 'value'],
      })
      const [cut] = await stage.receiver.received(redacted, 1)
      assert.deepEqual((cut!.json as { changed?: string[] }).changed, ['value'])
    })

    test('a CloudEvent can be thin', async () => {
      const { path } = await shaped({ format: 'cloudevents', payload: 'thin' })
      await emit(stage)
      const [sent] = await stage.receiver.received(path, 1)
      const { data } = sent!.json as unknown as { data: object }
      assert.deepEqual(Object.keys(data), ['event', 'timestamp', 'data', 'changed'])
    })

    test('the receiver package verifies and reads CloudEvents of both modes and thin events', async () => {
      const { path: structured } = await shaped({ format: 'cloudevents' })
      const { path: binary } = await shaped({ format: 'cloudevents-binary' })
      const { path: thin } = await shaped({ payload: 'thin' })
      await emit(stage)
      const read = async (path: string) => ({
        ...(await stage.receiver.received(path, 1))[0]!,
        secret: SECRET,
      })
      const event = await verifyCloudEvent(await read(structured))
      assert.deepEqual(await verifyCloudEvent(await read(binary)), event)
      assert.equal(event.data.event, 'deal.stage.changed')
      const { data, changed } = await verifyWebhook<ThinWebhookEvent>(await read(thin))
      assert.deepEqual([data.id, changed], ['d-1', ['stage']])
    })

    test('the signature and the log are of the bytes that were sent, on every attempt, whatever the webhook is changed to', async () => {
      const { id, path } = await shaped({ format: 'slack' })
      stage.receiver.reply(path, 503, 200)
      await emit(stage)
      await stage.receiver.received(path, 1)
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { format: 'cloudevents' })
      const [first, second] = await stage.receiver.received(path, 2)
      assert.equal(second!.body, first!.body)
      assert.equal(second!.headers['content-type'], 'application/json')
      const signature = createHmac('sha256', SECRET).update(first!.body).digest('hex')
      assert.ok(first!.headers['x-webhook-signature']?.includes(signature))
      const logs = await logsOf(id, 2)
      assert.deepEqual(
        logs.map(({ status, request_body }) => [status, request_body]),
        [
          ['failed', first!.body],
          ['success', first!.body],
        ],
      )
      await emit(stage)
      assert.equal(
        (await stage.receiver.received(path, 3))[2]!.headers['content-type'],
        'application/cloudevents+json',
      )
      const [, , third] = await logsOf(id, 3).then((rows) =>
        rows.toSorted((a, b) => a.created_at.localeCompare(b.created_at)),
      )
      assert.equal(third!.request_headers['Content-Type'], 'application/cloudevents+json')
    })

    test('a test, a manual retry and a replay have the shape of the webhook', async () => {
      const { id, path } = await shaped({ format: 'discord' })
      const tested = await stage.server.api.rpc<{ request: { body: string } }>('test_webhook', {
        webhook_id: id,
      })
      await emit(stage)
      const [delivery] = await stage.server.api.rows<DeliveryRow & { shape: string }>(
        `webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`,
        1,
      )
      assert.equal(delivery!.shape, 'discord/1')
      await stage.server.api.rpc('retry_delivery', { delivery_id: delivery!.id })
      const missing = await shaped({ format: 'discord', events: ['contact.created'] })
      const since = new Date().toISOString()
      await emit(stage)
      await stage.server.api.patch(`webhook_configurations?id=eq.${missing.id}`, {
        events: ['deal.stage.changed'],
      })
      await stage.server.api.rpc('replay_events', { webhook_id: missing.id, since })
      const [replayed] = await stage.receiver.received(missing.path, 1)
      const sent = await stage.receiver.received(path, 4)
      assert.equal(sent[0]!.body, tested.body.request.body)
      for (const { body } of [...sent, replayed!]) assert.match(body, /^\{"embeds":/)
    })

    test('fields that do not fit together are refused with the field and a way out', async () => {
      const cases: [object, string, RegExp][] = [
        [{ format: 'xml' }, 'format', /must be one of connectgain, cloudevents/],
        [{ payload: 'none' }, 'payload', /must be one of full, thin/],
        [{ format: 'transform' }, 'transform', /is required with the format transform/],
        [{ format: 'slack', payload: 'thin' }, 'payload', /cannot be thin with the format slack/],
        [{ transform: 'x'.repeat(65_537) }, 'transform', /must not be larger than 64 KiB/],
        [{ headers: { 'CE-Id': 'x' } }, 'headers', /is set by ConnectGain/],
      ]
      for (const [fields, details, message] of cases) {
        const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
          organization_id: stage.organizationId,
          name: 'x',
          url: 'https://example.com/',
          events: ['*'],
          ...fields,
        })
        assert.deepEqual([status, body.details], [400, details])
        assert.match(body.message, message)
      }
      const { id } = await shaped({ payload: 'thin' })
      const { status, body } = await stage.server.api.request<ErrorBody>(
        'PATCH',
        `webhook_configurations?id=eq.${id}`,
        { format: 'teams' },
      )
      assert.deepEqual([status, body.details], [400, 'payload'])
    })
  },
  { settings: { RETRY_SCHEDULE: '300ms,300ms' } },
)
