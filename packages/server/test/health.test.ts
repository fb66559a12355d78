import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow, LogRow, WebhookRow } from './harness/api.ts'
import { IS_FULL } from './harness/full-run.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import type { ReceivedRequest } from './harness/receiver-server.ts'
import { until } from './harness/until.ts'

/** One statement, so that the events come in one batch. */
async function emit(stage: Stage, count: number, event = 'deal.updated'): Promise<void> {
  const row = { organization_id: stage.organizationId, event, data: {} }
  const events = Array.from({ length: count }, () => row)
  assert.equal((await stage.server.api.request('POST', 'webhook_events', events)).status, 201)
}

async function webhookOf(stage: Stage, id: string): Promise<WebhookRow> {
  const [webhook] = await stage.server.api.get<WebhookRow>(`webhook_configurations?id=eq.${id}`)
  assert.ok(webhook)
  return webhook
}

const becomes = async (stage: Stage, id: string, health: string): Promise<WebhookRow> => {
  const [webhook] = await stage.server.api.rows<WebhookRow>(
    `webhook_configurations?id=eq.${id}&health=eq.${health}`,
    1,
  )
  return webhook!
}

const disable = (stage: Stage, id: string): Promise<void> =>
  stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })

/** The millisecond in which the delivery was created, from its UUIDv7. */
const madeAt = ({ headers }: ReceivedRequest): number =>
  Number.parseInt((headers['x-webhook-delivery'] ?? '').replaceAll('-', '').slice(0, 12), 16)

onEachEngine(
  'circuit breaker',
  (stage) => {
    test('a failing endpoint is put on hold and gets what waited, oldest first, when it recovers', async () => {
      const failing = await createWebhook(stage, { events: ['deal.updated'], max_in_flight: 1 })
      const healthy = await createWebhook(stage, { events: ['deal.*'] })
      stage.receiver.reply(failing.path, 500)
      const attempts = async (): Promise<number> =>
        (await stage.server.api.get<LogRow>(`webhook_logs?webhook_id=${failing.id}`)).length
      await emit(stage, 20)
      const { health_reason } = await becomes(stage, failing.id, 'held')
      assert.match(health_reason ?? '', /consecutive attempts have failed since .*the endpoint returned 500/)
      const before = await attempts()
      assert.ok(before >= 20)
      // Events that arrive during the hold wait; the other webhook gets all of them.
      for (let batch = 0; batch < 4; batch += 1) await emit(stage, 10)
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${healthy.id}&status=delivered`, 60)

      const probes = (await attempts()) - before
      assert.ok(probes < 20, `${probes} attempts while it was on hold`)
      stage.receiver.requests.splice(0)
      stage.receiver.reply(failing.path, 200)

      const delivered = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${failing.id}&status=delivered`,
        60,
      )
      // Deliveries created during the hold used no attempt, except for probes.
      assert.ok(delivered.filter((delivery) => delivery.attempts === 1).length >= 20)
      const fresh = (await stage.receiver.received(failing.path, 60)).filter(
        ({ headers }) => headers['x-webhook-attempt'] === '1',
      )
      const order = fresh.map(madeAt)
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      )
      const { health, health_reason: reason } = await becomes(stage, failing.id, 'healthy')
      assert.deepEqual([health, reason], ['healthy', null])
      await disable(stage, failing.id)
      await disable(stage, healthy.id)
    })

    test('an endpoint that fails three times in a row is degraded until it succeeds', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      const { health_since, updated_at } = await webhookOf(stage, id)
      stage.receiver.reply(path, 500)
      await emit(stage, 3, 'deal.created')
      const degraded = await becomes(stage, id, 'degraded')
      assert.ok(degraded.health_since > health_since)
      assert.equal(degraded.updated_at, updated_at)
      stage.receiver.reply(path, 200)
      assert.equal((await becomes(stage, id, 'healthy')).health_reason, null)
      await disable(stage, id)
    })

    test('a single failing delivery keeps its retry schedule, however short it is', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.created'] })
      stage.receiver.reply(path, 500)
      await emit(stage, 1, 'deal.created')
      const [delivery] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=failed`,
        1,
      )
      assert.deepEqual([delivery?.attempts, delivery?.reason], [10, 'no attempts left'])
      await disable(stage, id)
    })

    /** A webhook on hold, with 40 deliveries waiting. */
    async function held(): Promise<{ id: string; path: string }> {
      const webhook = await createWebhook(stage, { events: ['deal.assigned'], max_in_flight: 1 })
      stage.receiver.reply(webhook.path, 500)
      await emit(stage, 40, 'deal.assigned')
      await becomes(stage, webhook.id, 'held')
      return webhook
    }

    test('a successful manual retry to an endpoint on hold releases its waiting deliveries', async () => {
      const { id, path } = await held()
      stage.receiver.reply(path, 200)
      const [waiting] = await stage.server.api.get<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=in.(pending,retrying)&order=id.desc&limit=1`,
      )
      // Refused while the node still has the delivery in memory.
      const status = await until('the node to release the delivery', async () => {
        const { body } = await stage.server.api.rpc<{ status?: string }>('retry_delivery', {
          delivery_id: waiting?.id,
        })
        return body.status
      })
      assert.equal(status, 'success')
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 40)
      await becomes(stage, id, 'healthy')
      await disable(stage, id)
    })

    test('a successful test request to an endpoint on hold releases its deliveries, and a failed one does not', async () => {
      const { id, path } = await held()
      const send = async (): Promise<string> =>
        (await stage.server.api.rpc<{ status: string }>('test_webhook', { webhook_id: id })).body.status
      assert.equal(await send(), 'failed')
      assert.equal((await webhookOf(stage, id)).health, 'held')
      stage.receiver.reply(path, 200)
      assert.equal(await send(), 'success')
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 40)
      await disable(stage, id)
    })

    test('a new URL ends the hold and gets the waiting deliveries', async () => {
      const { id } = await held()
      const url = new URL('/fresh', stage.receiver.url).href
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { url })
      assert.equal((await webhookOf(stage, id)).health, 'healthy')
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 40)
      assert.equal((await stage.receiver.received('/fresh', 40)).length, 40)
      await disable(stage, id)
    })

    test('the health columns of a webhook cannot be written through the API', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.created'] })
      for (const column of [
        'health',
        'health_since',
        'health_reason',
        'is_parked',
        'is_recovering',
        'certificate_expires_at',
      ]) {
        const { status, body } = await stage.server.api.request<{ code: string }>(
          'PATCH',
          `webhook_configurations?id=eq.${id}`,
          { [column]: 'healthy' },
        )
        assert.deepEqual([status, body.code], [400, 'PGRST204'], column)
      }
      assert.equal('is_parked' in (await webhookOf(stage, id)), false)
    })
  },
  {
    settings: {
      BREAKER_FAILURES: '20',
      BREAKER_AFTER: '0s',
      RETRY_SCHEDULE: Array.from({ length: 9 }, () => '100ms').join(','),
    },
  },
)

onEachEngine(
  'limits of a webhook',
  (stage) => {
    test('a webhook uses all max_in_flight slots and never more, for direct and for queued deliveries', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], max_in_flight: 3 })
      const answers: (() => void)[] = []
      let underWay = 0
      let most = 0
      stage.receiver.reply(path, (response) => {
        underWay += 1
        most = Math.max(most, underWay)
        answers.push(() => {
          underWay -= 1
          response.writeHead(200).end()
        })
      })
      await emit(stage, 30)
      for (let answered = 0; answered < 30; answered += 1) {
        // All slots are taken before one is released.
        await until('requests under way', () => underWay === Math.min(3, 30 - answered))
        answers.shift()?.()
      }
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, 30)
      assert.equal(most, 3)
      await disable(stage, id)
    })

    test('rate_limit spreads out the attempts of new deliveries and of a bulk retry', async () => {
      const rate = 40
      const count = IS_FULL ? 80 : 40
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], rate_limit: rate })
      /** Requires that the attempts took at least as long as the rate asks for; the first may start half a second late. */
      const requireRate = (requests: readonly ReceivedRequest[]): void => {
        const times = requests
          .map(({ headers }) => Date.parse(headers['x-webhook-timestamp'] ?? ''))
          .toSorted((a, b) => a - b)
        const burst = 1 + rate / 10
        const spread = (times.at(-1) ?? 0) - (times[0] ?? 0)
        assert.ok(spread >= ((requests.length - burst) / rate) * 1_000 - 500, `${spread} ms`)
      }
      stage.receiver.reply(path, 400)
      await emit(stage, count)
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=failed`, count)
      requireRate((await stage.receiver.received(path, count)).splice(0))
      stage.receiver.requests.splice(0)
      stage.receiver.reply(path, 200)
      await stage.server.api.rpc('retry_failed', { webhook_id: id })
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, count)
      requireRate(await stage.receiver.received(path, count))
      await disable(stage, id)
    })

    test('rate_limit accepts a whole number from 1 to 10000, or null for no limit', async () => {
      const { id } = await createWebhook(stage, { events: ['deal.updated'], rate_limit: 10_000 })
      for (const rate_limit of [0, 10_001, 1.5, '5']) {
        const { status, body } = await stage.server.api.request<{ message: string; details: string }>(
          'PATCH',
          `webhook_configurations?id=eq.${id}`,
          { rate_limit },
        )
        assert.deepEqual([status, body.details], [400, 'rate_limit'])
        assert.match(body.message, /whole number from 1 to 10000/)
      }
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { rate_limit: null })
      await disable(stage, id)
    })
  },
  { settings: { RETRY_SCHEDULE: '' } },
)

onEachEngine(
  'automatic disabling of webhooks',
  (stage) => {
    test('a webhook whose every attempt fails is disabled, and its pending deliveries are cancelled', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], max_in_flight: 1 })
      stage.receiver.reply(path, 500)
      await emit(stage, 20)
      const [webhook] = await stage.server.api.rows<WebhookRow>(
        `webhook_configurations?id=eq.${id}&is_active=false`,
        1,
      )
      assert.match(
        webhook?.disabled_reason ?? '',
        /^every attempt has failed for \d+ seconds? \(\d+ consecutive attempts\); last error: the endpoint returned 500$/,
      )
      const [cancelled] = await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=cancelled`,
        20,
      )
      assert.ok(
        ['webhook disabled', `webhook disabled: ${webhook?.disabled_reason}`].includes(
          cancelled?.reason ?? '',
        ),
        cancelled?.reason ?? '',
      )
      // An attempt may still be under way, and its outcome would count against the webhook once it is enabled again.
      const sent = stage.receiver.requests.filter((request) => request.path === path).length
      await stage.server.api.rows(`webhook_logs?webhook_id=eq.${id}`, sent)
      // An attempt is logged before the health of the endpoint is evaluated.
      const again = await until('the webhook to be enabled and healthy', async () => {
        await disable(stage, id)
        await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: true })
        const fresh = await webhookOf(stage, id)
        return fresh.health === 'healthy' ? fresh : undefined
      })
      assert.equal(again.disabled_reason, null)
      await disable(stage, id)
    })
  },
  { settings: { DEACTIVATE_AFTER: '0s', DEACTIVATE_MIN_ATTEMPTS: '6', RETRY_SCHEDULE: '1h,1h' } },
)
