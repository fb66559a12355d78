import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { newId } from '../src/domain/ids.ts'
import { ENGINES } from './harness/databases.ts'
import { startWorker } from './harness/in-process-worker.ts'
import { LONG } from './harness/until.ts'

const BACKLOG = 20_000

suite(
  'turns of organizations',
  { ...LONG, skip: ENGINES.includes('postgresql') ? false : 'needs PostgreSQL' },
  () => {
    test('an event is delivered while most of the backlog of another organization still waits', async (context) => {
      const worker = await startWorker('30s')
      context.after(() => worker.close())
      const { database, organization: busy, receiver } = worker
      // Its deliveries take a row in the queue and are hardly sent.
      await worker.webhook('/busy', { rate_limit: 1 })
      const quiet = newId()
      await database.query(`insert into public.organizations (id, name) values ($1, 'Quiet')`, [quiet])
      await database.query(
        `insert into webhooks.webhook_configurations (organization_id, name, url, events)
         values ($1, 'quiet', $2, '{deal.created}')`,
        [quiet, new URL('/quiet', receiver.url).href],
      )
      await emit(database, busy, BACKLOG)
      await emit(database, quiet, 1)
      await receiver.received('/quiet', 1)
      const { rows } = await database.query<{ waiting: number }>(
        'select count(*)::integer as waiting from webhooks_internal.outbox where organization_id = $1',
        [busy],
      )
      assert.ok(rows[0]!.waiting > BACKLOG / 2, `${rows[0]!.waiting} events of the backlog are left`)
    })
  },
)

async function emit(database: Database, organization: string, count: number): Promise<void> {
  await database.query(
    `insert into webhooks.webhook_events (organization_id, event, data)
     select $1, 'deal.created', '{"n":1}'::json from generate_series(1, $2::integer)`,
    [organization, count],
  )
}
