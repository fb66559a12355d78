import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { EVERY_ENGINE, openMigrated } from '../../test/harness/databases.ts'
import type { Database } from '../database/database.ts'
import { keepPartitions } from './partitions.ts'

const options = { retention: 30 * 86_400_000, log: pino({ level: 'silent' }) }
const ORGANIZATION = '0193f0a2-6c1b-7c3e-8f00-000000000001'
const WEBHOOK = '0193f0a2-6c1b-7c3e-8f00-000000000002'

for (const engine of EVERY_ENGINE) {
  suite(`partitions (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      await dropPastDays()
    })
    after(() => close())

    async function days(parent: string): Promise<string[]> {
      const { rows } = await database.query<{ day: string }>(
        `select (day - (now() at time zone 'UTC')::date)::text as day
         from webhooks_internal.partitions where parent = $1::regclass order by partitions.day`,
        [parent],
      )
      return rows.map(({ day }) => day)
    }

    /** Drops partitions of past days, which exist if the migrated template was created on an earlier day. */
    async function dropPastDays(): Promise<void> {
      const { rows } = await database.query<{ partition: string }>(
        `select partition::text from webhooks_internal.partitions where day < (now() at time zone 'UTC')::date`,
      )
      for (const { partition } of rows) await database.execute(`drop table ${partition}`)
    }

    async function count(table: string): Promise<number> {
      const { rows } = await database.query<{ count: number }>(`select count(*) as count from ${table}`)
      return rows[0]!.count
    }

    /** Returns the id of the `n`th event of a past day. */
    async function idOf(daysAgo: number, n = 1): Promise<string> {
      const { rows } = await database.query<{ id: string }>(
        `select overlay(webhooks_internal.lowest_id((now() at time zone 'UTC')::date - $1::integer)::text
           placing lpad($2::text, 12, '0') from 25)::uuid as id`,
        [daysAgo, n],
      )
      return rows[0]!.id
    }

    async function emit(id: string, createdDaysAgo = 0): Promise<void> {
      await database.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data, created_at)
         values ($1, $2, 'contact.created', '{}', now() - $3::integer * interval '1 day')`,
        [id, ORGANIZATION, createdDaysAgo],
      )
    }

    async function addOldDay(daysAgo: number): Promise<void> {
      for (const parent of [
        'webhooks.webhook_events',
        'webhooks.webhook_deliveries',
        'webhooks_internal.attempts',
      ])
        await database.query(
          `select webhooks_internal.add_partition($1::regclass, (now() at time zone 'UTC')::date - $2::integer)`,
          [parent, daysAgo],
        )
    }

    test('each partition is created once, some days ahead, even if two nodes run at the same time', async () => {
      await Promise.all([keepPartitions(database, options), keepPartitions(database, options)])
      await keepPartitions(database, options)
      for (const parent of [
        'webhooks.webhook_events',
        'webhooks.webhook_deliveries',
        'webhooks_internal.attempts',
      ])
        assert.deepEqual(await days(parent), ['0', '1', '2', '3'], parent)
    })

    test('an event is stored in the partition of its day, and other ids in the default partition', async () => {
      await emit(await idOf(0))
      await emit('f3a1c2d4-5b6e-4f70-8a91-b2c3d4e5f607')
      const { rows } = await database.query<{ partition: string }>(
        'select tableoid::regclass::text as partition from webhooks.webhook_events order by id',
      )
      assert.match(rows[0]!.partition, /webhook_events_\d{8}$/)
      assert.match(rows[1]!.partition, /webhook_events_default$/)
      await database.query('delete from webhooks.webhook_events')
    })

    test('an id can be stored only once, in any partition', async () => {
      for (const id of [await idOf(0), 'f3a1c2d4-5b6e-4f70-8a91-b2c3d4e5f607']) {
        await emit(id)
        await assert.rejects(emit(id), /unique constraint/)
      }
      await database.query('delete from webhooks.webhook_events')
    })

    test('only partitions older than the retention are dropped', async () => {
      await addOldDay(31)
      await addOldDay(30)
      await emit(await idOf(31), 31)
      await emit(await idOf(30), 30)
      await keepPartitions(database, options)
      assert.deepEqual(await days('webhooks.webhook_events'), ['-30', '0', '1', '2', '3'])
      assert.equal(await count('webhooks.webhook_events'), 1)
    })

    test('rows of the default partition are deleted when they are older than the retention', async () => {
      await emit('f3a1c2d4-5b6e-4f70-8a91-b2c3d4e5f608', 32)
      await emit('f3a1c2d4-5b6e-4f70-8a91-b2c3d4e5f609', 29)
      await keepPartitions(database, options)
      const { rows } = await database.query<{ id: string }>(
        'select id from webhooks_internal.webhook_events_default',
      )
      assert.deepEqual(rows, [{ id: 'f3a1c2d4-5b6e-4f70-8a91-b2c3d4e5f609' }])
    })

    test('a pending delivery is cancelled with the reason when the partition of its event is dropped', async () => {
      await addOldDay(33)
      const eventId = await idOf(33)
      const deliveryId = await idOf(0, 7)
      await emit(eventId, 33)
      await database.query(
        `insert into webhooks.webhook_deliveries (id, organization_id, webhook_id, event_id, event)
         values ($1, $2, $3, $4, 'contact.created')`,
        [deliveryId, ORGANIZATION, WEBHOOK, eventId],
      )
      await database.query(`insert into webhooks_internal.queue (delivery_id, webhook_id) values ($1, $2)`, [
        deliveryId,
        WEBHOOK,
      ])
      await keepPartitions(database, options)
      const { rows } = await database.query(
        'select status, reason from webhooks.webhook_deliveries where id = $1',
        [deliveryId],
      )
      assert.deepEqual(rows, [{ status: 'cancelled', reason: 'older than the log is kept' }])
      assert.equal(await count('webhooks_internal.queue'), 0)
    })

    test('a new partition takes the rows of its day over from the default partition', async () => {
      const stray = await idOf(-5)
      await emit(stray)
      await database.query(
        `select webhooks_internal.add_partition('webhooks.webhook_events', (now() at time zone 'UTC')::date + 5)`,
      )
      const { rows } = await database.query<{ partition: string }>(
        'select tableoid::regclass::text as partition from webhooks.webhook_events where id = $1',
        [stray],
      )
      assert.match(rows[0]!.partition, /webhook_events_\d{8}$/)
    })

    test('a large default partition is validated by a temporary constraint before a day is attached', async () => {
      await database.query(
        `insert into webhooks.webhook_events (id, organization_id, event, data)
         select overlay(gen_random_uuid()::text placing 'f' from 1)::uuid, $1, 'contact.created', '{}' from generate_series(1, 10000)`,
        [ORGANIZATION],
      )
      const { rows } = await database.query<{ validation: string }>(
        `select webhooks_internal.prepare_default('webhooks.webhook_events', (now() at time zone 'UTC')::date + 6) as validation`,
      )
      assert.match(rows[0]!.validation, /validate constraint/)
      await database.execute(rows[0]!.validation)
      await database.query(
        `select webhooks_internal.add_partition('webhooks.webhook_events', (now() at time zone 'UTC')::date + 6)`,
      )
      const { rows: left } = await database.query(
        `select conname from pg_constraint
         where conrelid = 'webhooks_internal.webhook_events_default'::regclass and conname like 'without%'`,
      )
      assert.deepEqual(left, [])
    })

    // On PGlite, transactions run one after the other.
    if (engine === 'pglite') return
    test('a partition in use is dropped later, without blocking inserts', async () => {
      await addOldDay(40)
      await database.transaction(async (reader) => {
        await reader.query('select count(*) from webhooks.webhook_events')
        await keepPartitions(database, options)
        await emit(await idOf(0, 9))
      })
      assert.ok((await days('webhooks.webhook_events')).includes('-40'))
      await keepPartitions(database, options)
      assert.ok(!(await days('webhooks.webhook_events')).includes('-40'))
    })
  })
}
