import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES, createDatabase } from '../../test/harness/databases.ts'
import type { TestDatabase } from '../../test/harness/databases.ts'
import { buildEventKeys } from './build-event-keys.ts'
import type { Database } from './database.ts'
import { migrate, readMigrations } from './migrate.ts'
import { openPostgres } from './postgres.ts'

const MIGRATION = 'core/0024_event_ids_per_organization.sql'

suite('the new key of events', { skip: !ENGINES.includes('postgresql') }, () => {
  let made: TestDatabase
  let database: Database
  before(async () => {
    made = await createDatabase('postgresql', 'empty')
    database = openPostgres({ url: made.url!, poolSize: 4 })
    await migrate(database, [])
    for (const { name, sql, checksum } of readMigrations('core')) {
      if (name >= MIGRATION) continue
      await database.transaction(async (connection) => {
        await connection.execute(sql)
        const params = [name, checksum]
        await connection.query(
          'insert into webhooks.schema_migrations (name, checksum) values ($1, $2)',
          params,
        )
      })
    }
    await database.execute(`
      insert into webhooks.webhook_events (organization_id, event, data)
      select gen_random_uuid(), 'deal.created', '{}' from generate_series(1, 1000);
      analyze webhooks.webhook_events`)
  })
  after(async () => {
    await database.close()
    await made.drop()
  })

  /** Returns the file of the partition's index. A rebuilt index has another file. */
  async function fileOf(index: string): Promise<string> {
    const { rows } = await database.query<{ file: string }>(
      `select pg_relation_filenode(x.oid)::text as file
       from pg_class c join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
       where c.oid = (select tableoid from webhooks.webhook_events limit 1) and x.relname = c.relname || $1`,
      [index],
    )
    return rows[0]!.file
  }

  test('is built anew where whoever built it was stopped', async () => {
    const { rows } = await database.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.oid = (select tableoid from webhooks.webhook_events limit 1)`,
    )
    const index = `webhooks_internal.${rows[0]!.name}_event_key`
    await database.execute(`
      create unique index ${rows[0]!.name}_event_key on webhooks_internal.${rows[0]!.name} (id, organization_id);
      update pg_index set indisvalid = false where indexrelid = '${index}'::regclass`)
    await buildEventKeys(database, 500)
    const found = await database.query<{ indisvalid: boolean }>(
      'select indisvalid from pg_index where indexrelid = $1::regclass',
      [index],
    )
    assert.deepEqual(found.rows, [{ indisvalid: true }])
    await database.execute(`drop index ${index}`)
  })

  test('is built by several nodes at once before the migration, which takes it as it is', async () => {
    await Promise.all([buildEventKeys(database, 500), buildEventKeys(database, 500)])
    const built = await fileOf('_event_key')
    await migrate(database, ['core'])
    assert.equal(await fileOf('_pkey'), built)
    await buildEventKeys(database, 500)
    const { rows } = await database.query(
      `select from pg_class where relname like '%_event_key' union all
       select from pg_index where not indisvalid`,
    )
    assert.equal(rows.length, 0)
  })

  test('is the key of all partitions, those that are made later included', async () => {
    await database.query(
      `select webhooks_internal.add_partition('webhooks.webhook_events', (now() at time zone 'UTC')::date + 9)`,
    )
    const { rows } = await database.query<{ key: string }>(
      `select distinct pg_get_constraintdef(k.oid) as key
       from pg_inherits i left join pg_constraint k on k.conrelid = i.inhrelid and k.contype = 'p'
       where i.inhparent = 'webhooks.webhook_events'::regclass`,
    )
    assert.deepEqual(rows, [{ key: 'PRIMARY KEY (id, organization_id)' }])
  })
})
