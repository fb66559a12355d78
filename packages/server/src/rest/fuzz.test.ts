import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { Engine } from '../../test/harness/databases.ts'
import { ENGINES } from '../../test/harness/databases.ts'
import { IS_FULL } from '../../test/harness/full-run.ts'
import { mutate, searchOf, tableNames } from './random-query.ts'
import { HOOK_A, OURS, THEIRS, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'
import { mainKeysOf } from '../../test/harness/error-keys.ts'

/** Most queries run on PostgreSQL, several at once. */
const QUERIES = IS_FULL ? 100_000 : 3_000
const RUNS: Readonly<Record<Engine, number>> = {
  postgresql: Math.round(QUERIES * 0.92),
  pglite: Math.round(QUERIES * 0.08),
}
const AT_ONCE = 8
const BATCH = 1_000

/** A mark in every row of the other organization, in texts and ids. No response may contain it. */
const MARK = 'f00df00d'

/** Rows of the other organization that refer to ours, and ours to theirs, which only a bug elsewhere could create. */
const THEIR_ROWS = `
  update webhooks.webhook_configurations set name = '${MARK}', id = '${MARK}-0000-7000-8000-00000000000f'
  where organization_id = '${THEIRS}';
  insert into webhooks.webhook_events (id, organization_id, event, data) values
    ('0190e000-0000-7000-8000-000000000001', '${OURS}', 'deal.created', '{"a": 1}'),
    ('${MARK}-0000-7000-8000-000000000002', '${THEIRS}', '${MARK}', '{"a": "${MARK}"}');
  insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event, reason) values
    ('0190d000-0000-7000-8000-000000000001', '${OURS}', '${HOOK_A}', '0190e000-0000-7000-8000-000000000001', 'deal.created', null),
    ('${MARK}-0000-7000-8000-000000000003', '${THEIRS}', '${HOOK_A}', '0190e000-0000-7000-8000-000000000001', '${MARK}', '${MARK}');
  insert into webhooks_internal.attempts
    (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
     request_headers, created_at)
  select ('${MARK}-0000-7000-8000-00000000001' || n)::uuid, '${THEIRS}', '${HOOK_A}',
    '0190d000-0000-7000-8000-000000000001', '0190e000-0000-7000-8000-000000000001', '${MARK}', '${MARK}', 'failed', n,
    'event', 1, '{"a": "${MARK}"}', now()
  from generate_series(1, 3) n;
  insert into public.contacts (id, organization_id, first_name, custom_fields) values
    ('0190a100-0000-7000-8000-000000000001', '${OURS}', 'a', '{"a": [1]}'),
    ('${MARK}-0000-7000-8000-000000000004', '${THEIRS}', '${MARK}', '{"a": "${MARK}"}');
  alter table public.deals disable trigger require_own_contact_id;
  insert into public.deals (id, organization_id, title, contact_id, stage) values
    ('0190a200-0000-7000-8000-000000000001', '${OURS}', 'a', '0190a100-0000-7000-8000-000000000001', 'x'),
    ('${MARK}-0000-7000-8000-000000000005', '${THEIRS}', '${MARK}', '0190a100-0000-7000-8000-000000000001', '${MARK}');
  alter table public.deals enable trigger require_own_contact_id;
`
/** The rows that we can read in each table. */
const OUR_ROWS: Readonly<Record<string, number>> = {
  webhook_configurations: 3,
  webhook_logs: 5,
  webhook_deliveries: 1,
  // One that we insert, and those that the contact and the deal emit.
  webhook_events: 3,
  contacts: 1,
  deals: 1,
}

const path = fc.oneof(
  ...tableNames.map((table) => {
    const search = searchOf(table)
    return fc
      .oneof({ weight: 2, arbitrary: search }, { weight: 1, arbitrary: mutate(search) })
      .map((text) => [table, text] as const)
  }),
)

for (const engine of ENGINES) {
  describe(`random queries (${engine})`, () => {
    let fixture: Fixture

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
      await fixture.database.execute(THEIR_ROWS)
    })
    after(async () => await fixture.close())

    async function check(table: string, search: string): Promise<number> {
      const answer = await fixture.ask('GET', `${table}?${search}`, { headers: { prefer: 'count=exact' } })
      const what = `GET ${table}?${search}: ${answer.status} ${answer.body.slice(0, 500)}`
      assert.ok(answer.status >= 200 && answer.status < 500, what)
      assert.ok(!answer.body.includes(MARK), what)
      if (answer.status < 300) {
        const total = Number(answer.headers['content-range']?.split('/')[1])
        assert.ok(total <= OUR_ROWS[table]!, `${what} ${total}`)
      } else {
        assert.deepEqual(mainKeysOf(answer.json as object), ['code', 'details', 'hint', 'message'], what)
      }
      return answer.status
    }

    it(
      `${RUNS[engine]} random queries succeed or are refused, and never return rows of another organization`,
      { timeout: 600_000 },
      async (context) => {
        const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_124)
        context.diagnostic(`FUZZ_SEED=${seed}`)
        const statuses = new Map<number, number>()
        for (let start = 0; start < RUNS[engine]; start += BATCH) {
          const batch = fc.sample(path, {
            numRuns: Math.min(BATCH, RUNS[engine] - start),
            seed: seed + start,
          })
          const next = batch.values()
          const work = async (): Promise<void> => {
            for (const [table, search] of next) {
              const status = await check(table, search)
              statuses.set(status, (statuses.get(status) ?? 0) + 1)
            }
          }
          await Promise.all(Array.from({ length: AT_ONCE }, work))
        }
        context.diagnostic(JSON.stringify(Object.fromEntries(statuses)))
        // A generator whose queries are all rejected would prove nothing.
        assert.ok((statuses.get(200) ?? 0) > RUNS[engine] / 20)
      },
    )
  })
}
