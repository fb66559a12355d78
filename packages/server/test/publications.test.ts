import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pino } from 'pino'
import { expireRollups, foldCounts } from '../src/maintenance/rollups/rollups.ts'
import { keepPartitions } from '../src/maintenance/partitions.ts'
import { expireCaptures } from '../src/capture/expire-captures.ts'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'
import { createWebhook, onEachEngine } from './harness/on-each-engine.ts'

const log = pino({ level: 'silent' })

for (const engine of ENGINES) {
  test(`every table and partition has a primary key or a replica identity (${engine})`, async () => {
    const { database, close } = await openMigrated(engine)
    const { rows } = await database.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c
       where c.relkind in ('r', 'p') and c.relpersistence = 'p'
         and c.relnamespace::regnamespace::text in ('webhooks', 'webhooks_internal', 'public')
         and not (c.relreplident in ('f', 'i')
           or exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indimmediate))`,
    )
    assert.deepEqual(rows, [])
    await close()
  })
}

onEachEngine(
  'publications',
  (stage) => {
    let database: Database
    before(async () => {
      database = openPostgres({ url: stage.site.settings['DATABASE_URL']!, poolSize: 2 })
      await database.execute('create publication everything for all tables')
    })
    after(() => database.close())

    test('an event is captured, sent, logged and counted under a publication for all tables', async () => {
      const { id } = await createWebhook(stage, { events: ['contact.*'] })
      await stage.server.api.insert('contacts', { organization_id: stage.organizationId, company: 'Acme' })
      const [delivery] = await stage.server.api.rows<{ id: string }>(
        `webhook_deliveries?webhook_id=${id}&status=delivered`,
        1,
      )
      assert.notEqual(delivery, undefined)
      await foldCounts(database)
      const { rows } = await database.query<{ left: number; folded: number }>(
        `select (select count(*) from webhooks_internal.attempt_counts) as left,
             (select count(*) from webhooks_internal.attempt_rollups) as folded`,
      )
      assert.equal(rows[0]?.left, 0)
      assert.ok(rows[0].folded > 0)
    })

    test('expired rows and partitions can be deleted under a publication for all tables', async () => {
      await expireRollups(database, 0)
      await expireCaptures(database, 0)
      await keepPartitions(database, { retention: 86_400_000, log })
    })
  },
  { engines: ENGINES.filter((engine) => engine === 'postgresql') },
)
