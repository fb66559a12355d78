import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createFolding } from '../src/maintenance/rollups/rollups.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { newId } from '../src/domain/ids.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import type { InProcessWorker } from './harness/in-process-worker.ts'
import { startWorker } from './harness/in-process-worker.ts'
import { LONG, until } from './harness/until.ts'

const EVENTS = 12
const LIMIT = '700ms'
const SLOW = `
  create table public.poisoned (event_id uuid);
  create function public.linger() returns trigger language plpgsql security definer as $$
  declare
    event uuid;
  begin
    if tg_table_name = 'queue' then
      select d.event_id into event from webhooks.webhook_deliveries d where d.id = new.delivery_id;
    else
      event := new.event_id;
    end if;
    if exists (select from public.poisoned p where p.event_id = event) then perform pg_sleep(60); end if;
    return new;
  end
  $$;`

interface Place {
  table: string
  does: 'insert' | 'update'
  /** Whether all deliveries wait in the queue. */
  isQueued?: boolean
  isHeavy?: boolean
}

const PLACES: readonly Place[] = [
  { table: 'webhooks_internal.queue', does: 'insert', isQueued: true },
  { table: 'webhooks_internal.queue', does: 'update', isQueued: true },
  { table: 'webhooks_internal.attempts', does: 'insert', isHeavy: true },
]

suite(
  'events whose statements time out',
  { ...LONG, skip: ENGINES.includes('postgresql') ? false : 'needs PostgreSQL' },
  () => {
    let worker: InProcessWorker
    before(async () => {
      worker = await startWorker(LIMIT)
      await worker.database.execute(SLOW)
    })
    after(() => worker.close())

    for (const { table, does, isQueued = false, isHeavy = false } of PLACES) {
      const title = `an event that times out at the ${does} of ${table} fails, and all others are delivered`
      test(title, isHeavy ? HEAVY : {}, async () => {
        const { database, receiver } = worker
        const path = `/${table}-${does}`
        const webhook = await worker.webhook(path, isQueued ? { rate_limit: 1_000 } : {})
        const ids = Array.from({ length: EVENTS }, () => newId())
        const culprit = ids[5]!
        await database.query('insert into public.poisoned values ($1)', [culprit])
        await database.execute(
          `create trigger linger before ${does} on ${table} for each row execute function public.linger()`,
        )
        try {
          await worker.emit(ids)
          const others = ids.filter((id) => id !== culprit)
          const delivered = await worker.ended(webhook, 'delivered', others.length)
          assert.deepEqual(delivered.toSorted(), others.toSorted())
          assert.deepEqual(await worker.ended(webhook, 'failed', 1), [culprit])
        } finally {
          await database.execute(`drop trigger linger on ${table}`)
        }
        const fault = await until('the fault to be recorded', async () => {
          const { rows } = await database.query<{ reason: string }>(
            'select reason from webhooks.webhook_delivery_faults where event_id = $1 and webhook_id = $2',
            [culprit, webhook],
          )
          return rows[0]
        })
        assert.match(fault.reason, /statement timeout/)
        const sent = receiver.requests.filter(
          (request) => request.path === path && request.headers['x-webhook-id'] === culprit,
        )
        assert.ok(sent.length <= 1, String(sent.length))
        const { rows } = await database.query(
          `select from webhooks_internal.queue q join webhooks.webhook_deliveries d on d.id = q.delivery_id
           where d.event_id = $1 and q.webhook_id = $2`,
          [culprit, webhook],
        )
        assert.equal(rows.length, 0)
      })
    }

    test('no delivery fails while the database is too slow for every outcome, and all are recorded when it recovers', async () => {
      const { database, receiver } = worker
      await database.query('update webhooks.webhook_configurations set is_active = false')
      // With a rate limit, deliveries are claimed from the queue, under leases that end.
      const webhook = await worker.webhook('/overloaded', { rate_limit: 1_000 })
      const ids = Array.from({ length: EVENTS }, () => newId())
      await database.query('insert into public.poisoned select unnest($1::uuid[])', [ids])
      await database.execute(
        'create trigger linger before insert on webhooks_internal.attempts for each row execute function public.linger()',
      )
      await worker.emit(ids)
      await receiver.received('/overloaded', EVENTS)
      // A lease of a request lasts half a minute.
      await until('the leases to be kept', async () => {
        const { rows } = await database.query(
          `select from webhooks_internal.queue
           where webhook_id = $1 and lease is not null and due_at > now() + interval '1 minute'`,
          [webhook],
        )
        return rows.length === EVENTS
      })
      await database.query('delete from public.poisoned')
      await worker.ended(webhook, 'delivered', EVENTS)
      await database.execute('drop trigger linger on webhooks_internal.attempts')
      const { rows } = await database.query(
        'select from webhooks.webhook_delivery_faults where webhook_id = $1',
        [webhook],
      )
      assert.equal(rows.length, 0)
      assert.equal(receiver.requests.filter(({ path }) => path === '/overloaded').length, EVENTS)
    })
  },
)

suite(
  'counts of attempts that time out',
  { ...LONG, skip: ENGINES.includes('postgresql') ? false : 'needs PostgreSQL' },
  () => {
    test('a count that takes too long to add is dropped, and all others are added', async () => {
      const { database, url, close } = await openMigrated('postgresql')
      const engine = openPostgres({ url: url!, poolSize: 1, settings: { statement_timeout: '300ms' } })
      const [slow, other] = [newId(), newId()]
      const insert = `insert into webhooks_internal.attempt_counts (organization_id, webhook_id, period, outcome, latency_bucket, count)
        select gen_random_uuid(), $1, '2025-01-15T10:30:00Z', 'success', 1, 1 from generate_series(1, $2::integer)`
      await database.execute(`
        create function public.linger() returns trigger language plpgsql as $$
        begin
          if new.webhook_id = '${slow}' then perform pg_sleep(60); end if;
          return new;
        end
        $$;
        create trigger linger before insert on webhooks_internal.attempt_rollups for each row execute function public.linger()`)
      await database.query(insert, [slow, 1])
      await database.query(insert, [other, 50])
      const dropped: unknown[] = []
      const fold = createFolding(engine, (error) => dropped.push(error))
      await until('all counts to be processed', async () => {
        await fold().catch(() => true)
        const { rows } = await database.query('select from webhooks_internal.attempt_counts limit 1')
        return rows.length === 0
      })
      const { rows } = await database.query<{ count: number }>(
        `select sum(counts[1]) as count from webhooks_internal.attempt_rollups where webhook_id = $1 and level = '5m'`,
        [other],
      )
      assert.deepEqual([rows[0]?.count, dropped.length], [50, 1])
      await engine.close()
      await close()
    })
  },
)
