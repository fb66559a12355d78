import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorBody, LogRow } from './harness/api.ts'
import type { Stage } from './harness/on-each-engine.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

interface Stats {
  attempts: number
  success: number
  failed: number
  errors: Record<string, number>
  success_rate: number | null
  latency: { p50: number; p95: number; p99: number } | null
}

interface StatsAnswer {
  since: string
  until: string
  bucket: string
  totals: Stats
  buckets: (Stats & { start: string })[]
}

const HOUR = 3_600_000
const NOTHING: Stats = { attempts: 0, success: 0, failed: 0, errors: {}, success_rate: null, latency: null }

onEachEngine(
  'rpc/webhook_stats',
  (stage) => {
    /** From the hour before this one to the end of the next. */
    const aroundNow = () => {
      const now = Date.now()
      return {
        since: new Date(now - HOUR).toISOString(),
        until: new Date(now + HOUR).toISOString(),
        bucket: '1h',
      }
    }
    const stats = async (body: object): Promise<StatsAnswer> => {
      const answer = await stage.server.api.rpc<StatsAnswer>('webhook_stats', { ...aroundNow(), ...body })
      assert.equal(answer.status, 200)
      return answer.body
    }
    const refused = async (body: object): Promise<[number, string]> => {
      const answer = await stage.server.api.rpc<ErrorBody>('webhook_stats', { ...aroundNow(), ...body })
      return [answer.status, answer.body.message]
    }

    test('the statistics count an attempt as soon as it is in the log, by status and error', async () => {
      const { id, path } = await createWebhook(stage, { events: ['deal.updated'] })
      stage.receiver.reply(path, 500, 404, 200)
      await emit(stage, 'deal.updated')
      for (const count of [1, 2, 3]) {
        const logs = await stage.server.api.rows<LogRow>(`webhook_logs?webhook_id=${id}`, count)
        assert.ok((await stats({ webhook_id: id })).totals.attempts >= logs.length)
      }
      const { totals } = await stats({ webhook_id: id })
      const { latency, ...counts } = totals
      assert.deepEqual(counts, {
        attempts: 3,
        success: 1,
        failed: 2,
        errors: { server_error: 1, client_error: 1 },
        success_rate: 1 / 3,
      })
      assert.ok(latency !== null && latency.p50 <= latency.p95 && latency.p95 <= latency.p99)
    })

    test('the statistics survive a restart, and those of an organization count all its attempts', async () => {
      const webhooks = await Promise.all(
        [1, 2].map(() => createWebhook(stage, { events: ['contact.assigned'] })),
      )
      await emit(stage, 'contact.assigned')
      for (const { path } of webhooks) await stage.receiver.received(path, 1)
      for (const { id } of webhooks) await stage.server.api.rows(`webhook_logs?webhook_id=${id}`, 1)
      await stage.server.stop()
      stage.server = await stage.site.start()
      for (const { id } of webhooks) {
        assert.equal((await stats({ webhook_id: id })).totals.success, 1)
      }
      const all = await stage.server.api.request('HEAD', 'webhook_logs', undefined, {
        prefer: 'count=exact',
      })
      const organization = await stats({ organization_id: stage.organizationId })
      assert.equal(String(organization.totals.attempts), all.headers.get('content-range')?.split('/')[1])
    })

    test('the statistics have every bucket of the time range, with zeros where there are no attempts', async () => {
      const { id } = await createWebhook(stage, {})
      for (const [bucket, count] of [
        ['5m', 12],
        ['1h', 1],
        ['1d', 1],
      ] as const) {
        const { buckets, totals, ...rest } = await stats({
          webhook_id: id,
          since: '2025-01-15T10:00:00Z',
          until: '2025-01-15T11:00:00Z',
          bucket,
        })
        assert.equal(buckets.length, count)
        assert.deepEqual(totals, NOTHING)
        assert.deepEqual(buckets[0], { start: rest.since, ...NOTHING })
      }
    })

    test('the time range of the statistics is widened to whole buckets, as the response shows', async () => {
      const { id } = await createWebhook(stage, {})
      const answer = await stats({
        webhook_id: id,
        since: '2025-01-15T10:31:00+01:00',
        until: '2025-01-16T10:30:00Z',
        bucket: '1d',
      })
      assert.deepEqual(
        [answer.since, answer.until, answer.bucket],
        ['2025-01-15T00:00:00.000Z', '2025-01-17T00:00:00.000Z', '1d'],
      )
    })

    test('a request for statistics with invalid arguments or an unknown webhook is refused', async () => {
      const { id } = await createWebhook(stage, {})
      const since = '2025-01-01T00:00:00Z'
      const other = '01890a5d-ac96-774b-bcce-b302099a8057'
      const [bucket, many, order, neither, unknown, elsewhere] = await Promise.all([
        refused({ webhook_id: id, bucket: '1w' }),
        refused({ webhook_id: id, since, bucket: '5m' }),
        refused({ webhook_id: id, since, until: since }),
        refused({}),
        refused({ webhook_id: other }),
        refused({ webhook_id: id, organization_id: other }),
      ])
      assert.deepEqual(bucket, [400, 'bucket: must be one of 5m, 1h, 1d'])
      assert.match(many[1], /^bucket: results in \d+ buckets, at most 1000 are allowed$/)
      assert.deepEqual(order, [400, 'since: must be before until'])
      assert.match(neither[1], /webhook_id or organization_id is required/)
      assert.deepEqual([unknown[0], elsewhere[0]], [404, 404])
      assert.deepEqual((await stats({ organization_id: other })).totals, NOTHING)
    })
  },
  { settings: { RETRY_SCHEDULE: '50ms,50ms,50ms' } },
)

async function emit(stage: Stage, event: string): Promise<void> {
  await stage.server.api.insert('webhook_events', { organization_id: stage.organizationId, event, data: {} })
}
