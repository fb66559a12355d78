import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEveryEngine } from './harness/on-each-engine.ts'
import type { Row } from '../src/domain/api-rows.ts'

type AlertRow = Row<'webhook_alerts'>

const SECRET = 'the-secret-of-the-alerts'
/** Attempts in a row after which a webhook is deactivated here. */
const ATTEMPTS = 10

/** Emits events one after the other, each when the one before was answered. */
async function emit(stage: Stage, webhookId: string, count: number): Promise<void> {
  const { api } = stage.server
  const path = `webhook_logs?webhook_id=eq.${webhookId}&select=id`
  for (let n = 0; n < count; n += 1) {
    const known = await api.get(path)
    const event = { organization_id: stage.organizationId, event: 'deal.updated', data: { id: String(n) } }
    await api.insert('webhook_events', event)
    await api.rows(path, known.length + 1)
  }
}

const alertsOf = (stage: Stage, webhookId: string, count: number): Promise<AlertRow[]> =>
  stage.server.api.rows<AlertRow>(`webhook_alerts?webhook_id=eq.${webhookId}&order=created_at,id`, count)

const off = (stage: Stage, id: string): Promise<void> =>
  stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })

onEveryEngine(
  'alerts',
  (stage) => {
    test('tell at 50, 70 and 90 % of the way to deactivation, and of deactivation, each once', async () => {
      const telling = await createWebhook(stage, { events: ['webhook.*'], secret: SECRET })
      const everything = await createWebhook(stage, { events: ['*'] })
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], name: 'CRM Sync' })
      stage.receiver.reply(path, 500)
      // What is reached within one look at the health is said once, as the furthest of it: here each is looked at.
      for (const [more, threshold] of [
        [5, 50],
        [2, 70],
        [2, 90],
        [1, 100],
      ] as const) {
        await emit(stage, id, more)
        await stage.server.api.rows(`webhook_alerts?webhook_id=eq.${id}&threshold=eq.${threshold}`, 1)
      }
      const failing = (rows: AlertRow[]): AlertRow[] =>
        rows.filter(({ type }) => type !== 'delivery.exhausted')
      const alerts = failing(await alertsOf(stage, id, 5))
      assert.deepEqual(
        alerts.map(({ type, threshold }) => [type, threshold]),
        [
          ['webhook.failing', 50],
          ['webhook.failing', 70],
          ['webhook.failing', 90],
          ['webhook.deactivated', 100],
        ],
      )
      assert.match(
        alerts[0]!.message,
        /5 consecutive attempts\); last error: the endpoint returned 500\. That is 50% of/,
      )
      assert.match(alerts[3]!.message, /^every attempt has failed .*10 consecutive attempts/)

      const told = await stage.receiver.received(telling.path, 4)
      for (const { body, headers } of told) await verifyWebhook({ body, headers, secret: SECRET })
      assert.deepEqual(
        told.map(({ json }) => [json.event, json.data['threshold'], json.data['webhook_name']]),
        alerts.map(({ type, threshold }) => [type, threshold, 'CRM Sync']),
      )
      const others = await stage.receiver.received(everything.path, ATTEMPTS)
      assert.deepEqual([...new Set(others.map(({ json }) => json.event))], ['deal.updated'])
      for (const each of [telling, everything]) await off(stage, each.id)
    })

    test('tell that a webhook works again, where they had told that it failed', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500, 500, 200)
      await emit(stage, id, 3)
      stage.receiver.reply(path, 500, 500, 500, 500, 500, 200)
      await emit(stage, id, 5)
      // A failure and a success within one look at the health are told as what they come to: nothing.
      await stage.server.api.rows(`webhook_alerts?webhook_id=eq.${id}&type=eq.webhook.failing`, 1)
      await emit(stage, id, 1)
      const alerts = await alertsOf(stage, id, 3)
      assert.deepEqual(alerts.map(({ type }) => type).sort(), [
        'delivery.exhausted',
        'webhook.failing',
        'webhook.recovered',
      ])
      await off(stage, id)
    })

    test('count the deliveries that were given up in an hour, in one alert', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500)
      await emit(stage, id, 3)
      const [alert] = await stage.server.api.rows<AlertRow>(
        `webhook_alerts?webhook_id=eq.${id}&type=eq.delivery.exhausted&count=eq.3`,
        1,
      )
      assert.match(alert!.message, /^deliveries failed after their last attempt; last error: /)
      await off(stage, id)
    })

    test('make no further alert where an alert could not be delivered', async () => {
      const { api } = stage.server
      const telling = await createWebhook(stage, { events: ['delivery.exhausted'] })
      stage.receiver.reply(telling.path, 500)
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500)
      await emit(stage, id, 1)
      await api.rows(`webhook_deliveries?webhook_id=eq.${telling.id}&status=eq.failed`, 1)
      // What comes later in the same row of looks at the health has been judged after it.
      await emit(stage, id, 1)
      await api.rows(`webhook_alerts?webhook_id=eq.${id}&count=eq.2`, 1)
      assert.deepEqual(await api.get(`webhook_alerts?webhook_id=eq.${telling.id}`), [])
      for (const each of [telling.id, id]) await off(stage, each)
    })

    test('cannot be emitted by anybody else, nor be an event type of one’s own', async () => {
      const { api } = stage.server
      const event = { organization_id: stage.organizationId, event: 'webhook.failing', data: {} }
      assert.equal((await api.request('POST', 'webhook_events', event)).status, 400)
      const type = { name: 'delivery.exhausted', description: 'Mine' }
      assert.equal((await api.request('POST', 'webhook_event_types', type)).status, 400)
    })

    test('go to at most ten addresses, each of which is one', async () => {
      const { api } = stage.server
      const recipient = (email: string) => ({ organization_id: stage.organizationId, email })
      const wrong = await api.request<{ message: string }>(
        'POST',
        'webhook_alert_recipients',
        recipient('nobody'),
      )
      assert.equal(wrong.status, 400)
      assert.match(wrong.body.message, /^email: must be an email address, such as/)
      const ten = Array.from({ length: 10 }, (_, n) => recipient(`ops-${n}@example.com`))
      assert.equal((await api.request('POST', 'webhook_alert_recipients', ten)).status, 201)
      const eleventh = await api.request(
        'POST',
        'webhook_alert_recipients',
        recipient('one-more@example.com'),
      )
      assert.equal(eleventh.status, 409)
    })
  },
  {
    settings: {
      DEACTIVATE_AFTER: '0s',
      DEACTIVATE_MIN_ATTEMPTS: String(ATTEMPTS),
      RETRY_SCHEDULE: '',
      BREAKER_AFTER: '1h',
    },
  },
)
