import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRow, LogRow } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

interface RetryAnswer {
  matched: number
  queued: number
  redelivery_id: string
  code?: string
}

interface Redelivery {
  status: string
  matched: number
  queued: number
}

/** A webhook with this many failed deliveries. */
async function withFailures(stage: Stage, count: number): Promise<{ id: string; path: string }> {
  const webhook = await createWebhook(stage, { events: ['deal.updated', 'deal.created'] })
  stage.receiver.reply(webhook.path, 500)
  const event = { organization_id: stage.organizationId, event: 'deal.updated', data: {} }
  await stage.server.api.request(
    'POST',
    'webhook_events',
    Array.from({ length: count }, () => event),
  )
  await stage.server.api.rows(`webhook_deliveries?webhook_id=${webhook.id}&status=failed`, count)
  return webhook
}

onEachEngine(
  'rpc/retry_failed',
  (stage) => {
    const retry = (body: object) => stage.server.api.rpc<RetryAnswer>('retry_failed', body)
    const finished = (id: string) =>
      stage.server.api
        .rows<Redelivery>(`webhook_redeliveries?id=eq.${id}&status=neq.running`, 1)
        .then(([row]) => row)
    const disable = (id: string) =>
      stage.server.api.patch(`webhook_configurations?id=eq.${id}`, { is_active: false })

    test('a bulk retry queues as many deliveries as its dry run counts, and each is delivered once', async () => {
      const count = 450
      const { id, path } = await withFailures(stage, count)
      const dry = await retry({ webhook_id: id, dry_run: true })
      assert.deepEqual([dry.status, dry.body.matched, dry.body.queued], [200, count, 0])
      stage.receiver.reply(path, 200)
      const { body } = await retry({ webhook_id: id })
      assert.deepEqual([body.matched, body.queued], [count, count])
      assert.deepEqual(
        (({ status, matched, queued }) => ({ status, matched, queued }))(
          (await finished(body.redelivery_id))!,
        ),
        {
          status: 'completed',
          matched: count,
          queued: count,
        },
      )
      await stage.server.api.rows(`webhook_deliveries?webhook_id=${id}&status=delivered`, count)
      assert.equal((await stage.receiver.received(path, 2 * count)).length, 2 * count)
      await disable(id)
    })

    test('a bulk retry matches only deliveries of the given event type and time range', async () => {
      const { id } = await withFailures(stage, 2)
      const matched = async (fields: object): Promise<number> =>
        (await retry({ webhook_id: id, dry_run: true, ...fields })).body.matched
      assert.equal(await matched({ event: 'deal.updated' }), 2)
      assert.equal(await matched({ event: 'deal.created' }), 0)
      assert.equal(
        await matched({ since: new Date(Date.now() + 60_000).toISOString(), until: '2100-01-01T00:00:00Z' }),
        0,
      )
      assert.equal(await matched({ until: '2020-01-01T00:00:00Z' }), 0)
      await disable(id)
    })

    test('a bulk retry makes one attempt per delivery, which has failed again if that attempt fails', async () => {
      const { id } = await withFailures(stage, 3)
      const { body } = await retry({ webhook_id: id })
      assert.equal((await finished(body.redelivery_id))?.queued, 3)
      await stage.server.api.rows<DeliveryRow>(
        `webhook_deliveries?webhook_id=${id}&status=failed&attempts=eq.2`,
        3,
      )
      assert.equal((await stage.server.api.get<LogRow>(`webhook_logs?webhook_id=${id}`)).length, 6)
      await disable(id)
    })

    test('two concurrent bulk retries queue each delivery once', async () => {
      const { id, path } = await withFailures(stage, 20)
      stage.receiver.reply(path, 200)
      const answers = await Promise.all([retry({ webhook_id: id }), retry({ webhook_id: id })])
      const queued = await Promise.all(
        answers.map(async ({ body }) => (await finished(body.redelivery_id))?.queued ?? 0),
      )
      assert.equal(
        queued.reduce((sum, one) => sum + one, 0),
        20,
      )
      await disable(id)
    })

    test('a bulk retry of a disabled webhook is refused, and its dry run is not', async () => {
      const { id } = await withFailures(stage, 1)
      await disable(id)
      assert.equal((await retry({ webhook_id: id, dry_run: true })).body.matched, 1)
      const refused = await retry({ webhook_id: id })
      assert.deepEqual([refused.status, refused.body.code], [409, '55000'])
    })

    test('a completed bulk retry cannot be cancelled', async () => {
      const { id } = await withFailures(stage, 1)
      const { body } = await retry({ webhook_id: id })
      await finished(body.redelivery_id)
      const cancelled = await stage.server.api.rpc<{ cancelled: boolean }>('cancel_redelivery', {
        redelivery_id: body.redelivery_id,
      })
      assert.deepEqual([cancelled.status, cancelled.body.cancelled], [200, false])
      await disable(id)
    })
  },
  { settings: { RETRY_SCHEDULE: '' } },
)
