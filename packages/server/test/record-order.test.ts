import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { setTimeout as pass } from 'node:timers/promises'
import { test } from 'node:test'
import type { ErrorBody, LogRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Stage } from './harness/on-each-engine.ts'
import type { ReceivedRequest } from './harness/receiver-server.ts'

interface Delivery {
  id: string
  event_id: string
  status: string
  reason: string | null
  attempts: number
}

const ordered = (fields: object = {}): object => ({ events: ['deal.*'], ordering: 'record', ...fields })

/** Emits updates of a record, one request each. */
async function emit(stage: Stage, record: string, values: readonly number[]): Promise<void> {
  for (const value of values) {
    const { status } = await stage.server.api.request('POST', 'webhook_events', {
      organization_id: stage.organizationId,
      event: 'deal.updated',
      data: { id: record, value },
      previous: { value: value - 1, [`field_${value}`]: 'before' },
    })
    assert.equal(status, 201)
  }
}

const valueOf = ({ json }: ReceivedRequest): unknown => json.data['value']
const about = (requests: readonly ReceivedRequest[], record: string): unknown[] =>
  requests.filter(({ json }) => json.data['id'] === record).map(valueOf)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

/** The webhook's deliveries about a record, in the order of the events. */
async function deliveriesOf(stage: Stage, webhook: string, record: string): Promise<Delivery[]> {
  return await stage.server.api.get<Delivery>(
    `webhook_deliveries?webhook_id=eq.${webhook}&record_id=eq.${record}&order=created_at,id`,
  )
}

onEachEngine(
  'order per record',
  (stage) => {
    test('deliveries about one record arrive one after another, in the order of the changes', async () => {
      const { path } = await createWebhook(stage, ordered())
      let inFlight = 0
      let most = 0
      stage.receiver.reply(path, (response) => {
        most = Math.max(most, (inFlight += 1))
        void pass(Math.random() * 5).then(() => {
          inFlight -= 1
          response.writeHead(200).end()
        })
      })
      await emit(stage, 'one', upTo(20))
      const requests = await stage.receiver.received(path, 20)
      assert.deepEqual(requests.map(valueOf), upTo(20))
      assert.equal(most, 1)
    })

    test('events of one request keep their order', async () => {
      const { path } = await createWebhook(stage, ordered())
      const events = upTo(50).map((value) => ({
        organization_id: stage.organizationId,
        event: 'deal.updated',
        data: { id: `batch-${value % 2}`, value },
      }))
      await stage.server.api.request('POST', 'webhook_events', events)
      const requests = await stage.receiver.received(path, 50)
      for (const rest of [0, 1])
        assert.deepEqual(
          about(requests, `batch-${rest}`),
          upTo(50).filter((value) => value % 2 === rest),
        )
    })

    test('a delivery that fails holds back its record, and no other', async () => {
      const { id, path } = await createWebhook(stage, ordered())
      let isFailing = true
      stage.receiver.reply(path, (response, { json }) =>
        response.writeHead(isFailing && json.data['id'] === 'failing' ? 503 : 200).end(),
      )
      await emit(stage, 'failing', [1, 2, 3])
      await emit(stage, 'fine', [1, 2, 3])
      await stage.server.api.rows(
        `webhook_deliveries?webhook_id=eq.${id}&record_id=eq.fine&status=eq.delivered`,
        3,
      )
      assert.deepEqual(new Set(about(await stage.receiver.received(path, 1), 'failing')), new Set([1]))
      isFailing = false
      await stage.server.api.rows(
        `webhook_deliveries?webhook_id=eq.${id}&record_id=eq.failing&status=eq.delivered`,
        3,
      )
      const seen = about(await stage.receiver.received(path, 1), 'failing')
      assert.deepEqual(seen, [...seen.filter((value) => value === 1), 2, 3])
    })

    test('after a delivery has failed for good, the next about its record is sent', async () => {
      const { id, path } = await createWebhook(stage, ordered())
      stage.receiver.reply(path, (response, { json }) =>
        response.writeHead(json.data['value'] === 1 ? 500 : 200).end(),
      )
      await emit(stage, 'lost', [1, 2])
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 1)
      const requests = await stage.receiver.received(path, 4)
      assert.deepEqual(requests.map(valueOf), [1, 1, 1, 2])
      assert.deepEqual(
        (await deliveriesOf(stage, id, 'lost')).map(({ status }) => status),
        ['failed', 'delivered'],
      )
    })

    test('records of different kinds with one id do not wait for each other', async () => {
      const { path } = await createWebhook(stage, ordered({ events: ['deal.*', 'contact.*'] }))
      stage.receiver.reply(path, (response, { json }) =>
        response.writeHead(json.event === 'deal.updated' ? 503 : 200).end(),
      )
      await emit(stage, 'same', [1])
      await stage.receiver.received(path, 1)
      await stage.server.api.request('POST', 'webhook_events', {
        organization_id: stage.organizationId,
        event: 'contact.created',
        data: { id: 'same' },
      })
      const [, second] = await stage.receiver.received(path, 2)
      assert.ok(
        stage.receiver.requests.some(({ json }) => json.event === 'contact.created'),
        second?.body,
      )
    })

    test('a webhook without an order beside one with an order gets every event at once', async () => {
      const held: ServerResponse[] = []
      const { path } = await createWebhook(stage, ordered())
      const { path: plain } = await createWebhook(stage, { events: ['deal.*'] })
      stage.receiver.reply(path, (response) => void held.push(response))
      await emit(stage, 'beside', upTo(5))
      assert.deepEqual(new Set((await stage.receiver.received(plain, 5)).map(valueOf)), new Set(upTo(5)))
      await stage.receiver.received(path, 1)
      assert.equal(held.length, 1)
      stage.receiver.reply(path, 200)
      for (const response of held) response.end()
      assert.deepEqual((await stage.receiver.received(path, 5)).map(valueOf), upTo(5))
    })

    test('a manual retry of the first delivery lets the others follow', async () => {
      const { id, path } = await createWebhook(stage, ordered({ timeout_ms: 10_000 }))
      stage.receiver.reply(path, (response) => response.writeHead(503, { 'retry-after': '3600' }).end(), 200)
      await emit(stage, 'paused', [1, 2])
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.retrying`, 1)
      const [first, second] = await deliveriesOf(stage, id, 'paused')
      const refused = await stage.server.api.request<ErrorBody>('POST', 'rpc/retry_delivery', {
        delivery_id: second!.id,
      })
      assert.deepEqual(
        [refused.status, refused.body.message],
        [409, 'another delivery about the same record comes first'],
      )
      const { body } = await stage.server.api.rpc<{ status: string }>('retry_delivery', {
        delivery_id: first!.id,
      })
      assert.equal(body.status, 'success')
    })

    test('a bulk retry sends the failed deliveries about a record in their order', async () => {
      const { id, path } = await createWebhook(stage, ordered())
      stage.receiver.reply(path, 500)
      await emit(stage, 'bulk', [1, 2])
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.failed`, 2)
      stage.receiver.reply(path, 200)
      const { length } = await stage.receiver.received(path, 6)
      await stage.server.api.rpc('retry_failed', { webhook_id: id })
      const requests = await stage.receiver.received(path, length + 2)
      assert.deepEqual(requests.slice(length).map(valueOf), [1, 2])
    })

    test('a newer update replaces one that waits, with the oldest previous values', async () => {
      const { id, path } = await createWebhook(stage, ordered({ coalesce: true }))
      const held: ServerResponse[] = []
      stage.receiver.reply(path, (response) => void held.push(response), 200)
      await emit(stage, 'merged', [1])
      await stage.receiver.received(path, 1)
      await emit(stage, 'merged', [2, 3, 4])
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&reason=eq.superseded`, 2)
      held[0]!.end()
      const [, second] = await stage.receiver.received(path, 2)
      assert.deepEqual(second?.json.data, { id: 'merged', value: 4 })
      assert.match(second?.body ?? '', /"previous":\{"field_2":"before",/, 'as compact as other bodies')
      assert.deepEqual(second?.json.previous, {
        value: 1,
        field_2: 'before',
        field_3: 'before',
        field_4: 'before',
      })
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 2)
      const rows = await deliveriesOf(stage, id, 'merged')
      assert.deepEqual(
        rows.map(({ status, reason }) => [status, reason]),
        [
          ['delivered', null],
          ['cancelled', 'superseded'],
          ['cancelled', 'superseded'],
          ['delivered', null],
        ],
      )
      const logs = await stage.server.api.get<LogRow>(`webhook_logs?delivery_id=eq.${rows[3]!.id}`)
      assert.equal(logs[0]?.request_body, second?.body, 'the log shows what was sent')
    })

    test('a replay does not send again what a later update has replaced', async () => {
      const { id, path } = await createWebhook(stage, ordered({ coalesce: true }))
      const held: ServerResponse[] = []
      stage.receiver.reply(path, (response) => void held.push(response), 200)
      await emit(stage, 'replayed', [1])
      await stage.receiver.received(path, 1)
      await emit(stage, 'replayed', [2, 3])
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&reason=eq.superseded`, 1)
      held[0]!.end()
      await stage.server.api.rows(`webhook_deliveries?webhook_id=eq.${id}&status=eq.delivered`, 2)
      const { body } = await stage.server.api.rpc<{ matched: number }>('replay_events', {
        webhook_id: id,
        since: new Date(Date.now() - 60_000).toISOString(),
        dry_run: true,
      })
      const others = await stage.server.api.get(
        `webhook_events?event=eq.deal.updated&data->>id=neq.replayed&select=id`,
      )
      assert.equal(body.matched, others.length, 'none of this record')
    })

    test('coalesce without an order is refused with what to set', async () => {
      const { status, body } = await stage.server.api.request<ErrorBody>('POST', 'webhook_configurations', {
        organization_id: stage.organizationId,
        name: 'Merging',
        url: stage.receiver.url,
        events: ['*'],
        coalesce: true,
      })
      assert.deepEqual([status, body.message], [400, 'coalesce: needs ordering: "record"'])
    })

    test('turning the order off while updates are to be merged is refused', async () => {
      const { id } = await createWebhook(stage, ordered({ coalesce: true }))
      const { status, body } = await stage.server.api.request<ErrorBody>(
        'PATCH',
        `webhook_configurations?id=eq.${id}`,
        { ordering: 'none' },
      )
      assert.deepEqual([status, body.message], [400, 'coalesce: needs ordering: "record"'])
    })
  },
  { settings: { RETRY_SCHEDULE: '1s,1s' } },
)
