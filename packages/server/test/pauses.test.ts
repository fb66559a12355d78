import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { WebhookRow } from './harness/api.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'
import { until } from './harness/until.ts'

onEachEngine(
  'endpoints that ask to be left alone',
  (stage) => {
    async function emit(count: number): Promise<void> {
      const row = { organization_id: stage.organizationId, event: 'deal.updated', data: {} }
      const events = Array.from({ length: count }, () => row)
      assert.equal((await stage.server.api.request('POST', 'webhook_events', events)).status, 201)
    }

    /** Answers the first requests with this `Retry-After`, in seconds, and the others with 200. Notes when which came. */
    function answerLater(path: string, seconds: number, first: number, status = 429): number[] {
      const arrivals: number[] = []
      stage.receiver.reply(path, (response: ServerResponse) => {
        arrivals.push(Date.now())
        if (arrivals.length > first) response.writeHead(200).end()
        else response.writeHead(status, { 'retry-after': String(seconds) }).end()
      })
      return arrivals
    }

    const becomes = async (id: string, health: string): Promise<WebhookRow> =>
      (
        await stage.server.api.rows<WebhookRow>(`webhook_configurations?id=eq.${id}&health=eq.${health}`, 1)
      )[0]!

    const delivered = (id: string, count: number): Promise<unknown> =>
      stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, count)

    for (const status of [429, 503]) {
      test(`an endpoint that returns ${status} with Retry-After gets no new event before its end, and others get theirs`, async () => {
        const asking = await createWebhook(stage, { events: ['deal.updated'] })
        const other = await createWebhook(stage, { events: ['deal.updated'] })
        const arrivals = answerLater(asking.path, 2, 1, status)
        await emit(1)
        const { is_recovering, health_reason } = await becomes(asking.id, 'degraded')
        assert.equal(is_recovering, true)
        assert.match(health_reason ?? '', /^the endpoint asked to be left alone/)
        await emit(10)
        await stage.receiver.received(other.path, 11)
        assert.equal(arrivals.length, 1)
        await delivered(asking.id, 11)
        assert.ok(arrivals[1]! - arrivals[0]! >= 2_000, String(arrivals[1]! - arrivals[0]!))
        assert.equal((await becomes(asking.id, 'healthy')).health_reason, null)
        for (const { id } of [asking, other])
          await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
      })
    }

    test('an endpoint that asks for a pause gets no more requests than were under way', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], max_in_flight: 4 })
      const arrivals = answerLater(path, 3_600, Number.POSITIVE_INFINITY)
      await emit(200)
      await becomes(id, 'degraded')
      await stage.server.api.rows(`webhook_queues?webhook_id=eq.${id}&waiting=eq.200`, 1)
      assert.ok(arrivals.length <= 4, String(arrivals.length))
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    })

    test('sixty deliveries that were told to wait equally long return after that, spread over time', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'], max_in_flight: 64 })
      const arrivals = answerLater(path, 1, 60)
      await emit(60)
      await until('all to be told', () => arrivals.length >= 60)
      const lastTold = arrivals[59]!
      await delivered(id, 60)
      const returned = arrivals.slice(60)
      assert.equal(returned.length, 60)
      assert.ok(returned[0]! - lastTold >= 1_000, String(returned[0]! - lastTold))
      assert.ok(returned.at(-1)! - returned[0]! >= 500, String(returned.at(-1)! - returned[0]!))
      await stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })
    })

    test('a successful test ends the pause for new events, and the delivery that was told to wait waits', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      const arrivals = answerLater(path, 3_600, 1)
      await emit(1)
      await becomes(id, 'degraded')
      await emit(5)
      const { body } = await stage.server.api.rpc<{ status: string }>('test_webhook', { webhook_id: id })
      assert.equal(body.status, 'success')
      await delivered(id, 5)
      const requests = await stage.receiver.received(path, 7)
      const told = requests[0]!.headers['x-webhook-id']
      assert.equal(requests.filter(({ headers }) => headers['x-webhook-id'] === told).length, 1)
      const waiting = await stage.server.api.get<{ next_attempt_at: string }>(
        `webhook_deliveries?webhook_id=${id}&status=retrying`,
      )
      assert.ok(Date.parse(waiting[0]!.next_attempt_at) - arrivals[0]! >= 3_600_000)
      await becomes(id, 'healthy')
    })
  },
  { settings: { RETRY_SCHEDULE: '50ms,50ms,50ms' } },
)
