import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyWebhook } from '@connectgain/webhooks-receiver'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { Row } from '@connectgain/webhooks-client'

type AlertRow = Row<'webhook_alerts'>

const SECRET = 'the-secret-of-the-alerts'
/** Consecutive failed attempts after which a webhook is disabled in this test. */
const ATTEMPTS = 10

/** Emits events one at a time, each when the attempt of the previous one is in the log. */
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

const disable = (stage: Stage, id: string): Promise<void> =>
  stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })

onEachEngine(
  'alerts',
  (stage) => {
    test('a failing webhook raises one alert each at 50, 70 and 90% of the way to being disabled, and one when it is disabled', async () => {
      const listening = await createWebhook(stage, { events: ['webhook.*'], secret: SECRET })
      const everything = await createWebhook(stage, { events: ['*'] })
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], name: 'CRM Sync' })
      stage.receiver.reply(path, 500)
      // One evaluation of the health raises an alert only for the highest threshold reached, so wait for each threshold.
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

      const sent = await stage.receiver.received(listening.path, 4)
      for (const { body, headers } of sent) await verifyWebhook({ body, headers, secret: SECRET })
      assert.deepEqual(
        sent.map(({ json }) => [json.event, json.data['threshold'], json.data['webhook_name']]),
        alerts.map(({ type, threshold }) => [type, threshold, 'CRM Sync']),
      )
      const others = await stage.receiver.received(everything.path, ATTEMPTS)
      assert.deepEqual([...new Set(others.map(({ json }) => json.event))], ['deal.updated'])
      for (const each of [listening, everything]) await disable(stage, each.id)
    })

    test('a webhook that succeeds again raises webhook.recovered, but only after webhook.failing', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500, 500, 200)
      await emit(stage, id, 3)
      stage.receiver.reply(path, 500, 500, 500, 500, 500, 200)
      await emit(stage, id, 5)
      // A failure and a success within one evaluation of the health cancel out and raise no alert.
      await stage.server.api.rows(`webhook_alerts?webhook_id=eq.${id}&type=eq.webhook.failing`, 1)
      await emit(stage, id, 1)
      const alerts = await alertsOf(stage, id, 3)
      assert.deepEqual(alerts.map(({ type }) => type).sort(), [
        'delivery.exhausted',
        'webhook.failing',
        'webhook.recovered',
      ])
      await disable(stage, id)
    })

    test('one delivery.exhausted alert counts all deliveries of an hour that failed after their last attempt', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500)
      await emit(stage, id, 3)
      const [alert] = await stage.server.api.rows<AlertRow>(
        `webhook_alerts?webhook_id=eq.${id}&type=eq.delivery.exhausted&count=eq.3`,
        1,
      )
      assert.match(alert!.message, /^deliveries failed after their last attempt; last error: /)
      await disable(stage, id)
    })

    test('a failed delivery of an alert raises no further alert', async () => {
      const { api } = stage.server
      const listening = await createWebhook(stage, { events: ['delivery.exhausted'] })
      stage.receiver.reply(listening.path, 500)
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500)
      await emit(stage, id, 1)
      await api.rows(`webhook_deliveries?webhook_id=eq.${listening.id}&status=eq.failed`, 1)
      // Health is evaluated in order: when this later failure has its alert, the failed alert has been evaluated.
      await emit(stage, id, 1)
      await api.rows(`webhook_alerts?webhook_id=eq.${id}&count=eq.2`, 1)
      assert.deepEqual(await api.get(`webhook_alerts?webhook_id=eq.${listening.id}`), [])
      for (const each of [listening.id, id]) await disable(stage, each)
    })

    test('the event types of alerts can be neither emitted through the API nor registered as custom event types', async () => {
      const { api } = stage.server
      const event = { organization_id: stage.organizationId, event: 'webhook.failing', data: {} }
      assert.equal((await api.request('POST', 'webhook_events', event)).status, 400)
      const type = { name: 'delivery.exhausted', description: 'Mine' }
      assert.equal((await api.request('POST', 'webhook_event_types', type)).status, 400)
    })

    test('an organization can have up to ten alert recipients, each with a valid email address', async () => {
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
