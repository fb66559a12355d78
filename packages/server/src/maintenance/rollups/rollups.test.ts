import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import type { Database } from '../../database/database.ts'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import { newId } from '../../domain/ids.ts'
import type { RollupScope } from './rollups.ts'
import { expireRollups, foldCounts, readHistograms } from './rollups.ts'
import { readRollups } from './sql/statements.generated.ts'
import { summarize, typicalLatency } from './stats.ts'

const HOUR = 3_600_000
const NOON = Date.parse('2025-01-15T12:00:00Z')

interface Attempt {
  id: string
  organization_id: string
  webhook_id: string
  status: string
  error_code: string | null
  duration_ms: number
  created_at: string
}

for (const engine of ENGINES) {
  suite(`roll-ups (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    /** Logs attempts as the recording statement does: attempts that are already logged stay unchanged. */
    async function log(attempts: readonly Attempt[], connection: Pick<Database, 'query'> = database) {
      await connection.query(
        `insert into webhooks_internal.attempts (id, organization_id, webhook_id, delivery_id, event_id, event, url, status,
           attempt, trigger, error_code, duration_ms, request_headers, created_at)
         select id, organization_id, webhook_id, id, id, 'deal.created', 'https://a.example', status, 1, 'event', error_code,
           duration_ms, '{}', created_at
         from json_to_recordset($1::json) as a (id uuid, organization_id uuid, webhook_id uuid, status text, error_code text,
           duration_ms integer, created_at timestamptz)
         on conflict (id) do nothing`,
        [JSON.stringify(attempts)],
      )
    }

    function attempt(fields: Partial<Attempt> = {}): Attempt {
      return {
        id: newId(),
        organization_id: newId(),
        webhook_id: newId(),
        status: 'success',
        error_code: null,
        duration_ms: 20,
        created_at: new Date(NOON).toISOString(),
        ...fields,
      }
    }

    const day = (organizationId: string, webhookId: string | null, level: '5m' | '1h'): RollupScope => ({
      organizationId,
      webhookId,
      level,
      since: NOON - 12 * HOUR,
      until: NOON + 12 * HOUR,
    })

    async function stats(scope: RollupScope, width = 24 * HOUR) {
      return summarize(await readHistograms(database, scope), { ...scope, width })
    }

    test('roll-ups count each attempt once, even if attempts are logged twice or a fold is rolled back', async () => {
      const webhooks = [newId(), newId()]
      const step = fc.oneof(
        fc.record({
          kind: fc.constantFrom('log' as const, 'log and lose'),
          attempts: fc.array(
            fc.record({
              webhook: fc.nat(1),
              minute: fc.nat(180),
              duration: fc.nat(60_000),
              error: fc.constantFrom(null, 'timeout', 'server_error'),
            }),
            { minLength: 1, maxLength: 10 },
          ),
        }),
        fc.record({ kind: fc.constantFrom('fold' as const, 'fold and die', 'log again') }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const organization = newId()
          const logged: Attempt[] = []
          for (const one of steps) {
            if (one.kind === 'fold') await foldCounts(database)
            else if (one.kind === 'fold and die') await undone((lost) => foldCounts(lost))
            else if (one.kind === 'log again') await log(logged)
            else if ('attempts' in one) {
              const attempts = one.attempts.map(({ webhook, minute, duration, error }) =>
                attempt({
                  organization_id: organization,
                  webhook_id: webhooks[webhook]!,
                  status: error === null ? 'success' : 'failed',
                  error_code: error,
                  duration_ms: duration,
                  created_at: new Date(NOON + minute * 60_000).toISOString(),
                }),
              )
              if (one.kind === 'log') {
                await log(attempts)
                logged.push(...attempts)
              } else await undone((lost) => log(attempts, lost))
            }
          }
          for (const webhookId of [null, ...webhooks]) {
            const expected = logged.filter((row) => webhookId === null || row.webhook_id === webhookId)
            for (const level of ['5m', '1h'] as const) {
              const { totals, buckets } = await stats(day(organization, webhookId, level), HOUR)
              assert.deepEqual(
                [totals.attempts, totals.success, totals.errors['timeout'] ?? 0],
                [
                  expected.length,
                  expected.filter((row) => row.status === 'success').length,
                  expected.filter((row) => row.error_code === 'timeout').length,
                ],
              )
              assert.deepEqual(
                buckets.map((bucket) => bucket.attempts),
                buckets.map(({ start }) => expected.filter((row) => isWithinHour(row, start)).length),
              )
              assertQuantiles(
                totals.latency,
                expected.map((row) => row.duration_ms),
              )
            }
          }
        }),
        { numRuns: engine === 'pglite' ? 15 : 40 },
      )
    })

    /** Runs the work in a transaction that is rolled back. */
    async function undone(work: (lost: Database) => Promise<unknown>): Promise<void> {
      await assert.rejects(
        database.transaction(async (connection) => {
          await work({ ...database, ...connection })
          throw new Error('died')
        }),
        /died/,
      )
    }

    test('roll-ups count each attempt once when folds run concurrently', async () => {
      const organization = newId()
      const webhook = newId()
      for (let batch = 0; batch < 20; batch += 1) {
        await log(
          Array.from({ length: 10 }, () => attempt({ organization_id: organization, webhook_id: webhook })),
        )
      }
      await Promise.all([foldCounts(database), foldCounts(database), foldCounts(database)])
      assert.equal((await stats(day(organization, webhook, '5m'))).totals.attempts, 200)
      const { rows } = await database.query<{ left: number }>(
        'select count(*)::integer as left from webhooks_internal.attempt_counts where organization_id = $1',
        [organization],
      )
      assert.equal(rows[0]?.left, 0)
    })

    test('roll-ups store a latency with an error of at most 4 % or 1 ms', async () => {
      const { rows } = await database.query<{ ms: number; bucket: number }>(
        `select ms, webhooks_internal.latency_bucket(ms) as bucket from generate_series(0, 70000) as ms`,
      )
      const worst = rows.filter(({ ms, bucket }) => Math.abs(typicalLatency(bucket) - ms) > tolerance(ms))
      assert.deepEqual(worst, [])
    })

    test('roll-ups are read through their primary key', async () => {
      const [organization, webhook] = [newId(), newId()]
      await database.query(
        `insert into webhooks_internal.attempt_rollups
         select case when w = 1 then $1::uuid else gen_random_uuid() end, case when w = 1 then $2::uuid else gen_random_uuid() end,
           '1h', p, 'success', '{40}', '{1}'
         from generate_series(1, 40) as w
         cross join generate_series($3::timestamptz, $3::timestamptz + interval '20 days', interval '1 hour') as p`,
        [organization, webhook, new Date(NOON).toISOString()],
      )
      await database.query('analyze webhooks_internal.attempt_rollups')
      const [statement, params] = readRollups({
        organizationId: organization,
        webhookId: webhook,
        level: '1h',
        since: new Date(NOON).toISOString(),
        until: new Date(NOON + 24 * HOUR).toISOString(),
      })
      const { rows } = await database.query<{ 'QUERY PLAN': string }>(`explain ${statement.text}`, params)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      assert.match(plan, /Index (Only )?Scan.* attempt_rollups_pkey/)
      assert.doesNotMatch(plan, /Seq Scan on attempt_rollups/)
    })

    test('roll-ups of five minutes expire with the logs, and hourly ones after 400 days', async () => {
      const organization = newId()
      const daysAgo = (days: number): string => new Date(Date.now() - days * 24 * HOUR).toISOString()
      await log(
        [1, 40, 390, 410].map((days) =>
          attempt({ organization_id: organization, created_at: daysAgo(days) }),
        ),
      )
      while (await foldCounts(database));
      while (await expireRollups(database, 30));
      const left = async (level: string): Promise<number> =>
        (
          await database.query<{ left: number }>(
            `select count(*)::integer as left from webhooks_internal.attempt_rollups
             where organization_id = $1 and level = $2 and webhook_id = '00000000-0000-0000-0000-000000000000'`,
            [organization, level],
          )
        ).rows[0]!.left
      assert.deepEqual([await left('5m'), await left('1h')], [1, 3])
    })
  })
}

/** Half a bucket of 7.2 % either way, plus rounding to milliseconds. */
const tolerance = (ms: number): number => Math.max(1, ms * 0.04)

const isWithinHour = (row: Attempt, start: string): boolean =>
  Math.floor(Date.parse(row.created_at) / HOUR) * HOUR === Date.parse(start)

function assertQuantiles(
  latency: { p50: number; p95: number; p99: number } | null,
  durations: readonly number[],
): void {
  if (latency === null) return assert.equal(durations.length, 0)
  const sorted = durations.toSorted((a, b) => a - b)
  for (const [share, told] of [
    [0.5, latency.p50],
    [0.95, latency.p95],
    [0.99, latency.p99],
  ] as const) {
    const exact = sorted[Math.ceil(share * sorted.length) - 1]!
    assert.ok(Math.abs(told - exact) <= tolerance(exact), `p${share * 100}: ${told} instead of ${exact}`)
  }
}
