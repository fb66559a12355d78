import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { migrate, readMigrations } from '../src/database/migrate.ts'
import { openPglite } from '../src/database/pglite.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { StartError } from '../src/domain/errors.ts'
import type { Engine } from './harness/databases.ts'
import { ENGINES, createDatabase, openMigrated } from './harness/databases.ts'

async function openEmpty(engine: Engine): Promise<{ database: Database; close(): Promise<void> }> {
  const { url, drop } = await createDatabase(engine, 'empty')
  const database = url === undefined ? await openPglite() : openPostgres({ url, poolSize: 1 })
  return {
    database,
    async close() {
      await database.close()
      await drop()
    },
  }
}

async function readApplied(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    'select name from webhooks.schema_migrations order by name',
  )
  return rows.map(({ name }) => name)
}

const NAMES = [...readMigrations('core'), ...readMigrations('crm')].map(({ name }) => name)

for (const engine of ENGINES) {
  suite(`migrations (${engine})`, () => {
    test('every migration is applied to an empty database once', async (context) => {
      const { database, close } = await openEmpty(engine)
      context.after(() => close())
      assert.deepEqual(await migrate(database, ['core', 'crm']), NAMES)
      assert.deepEqual(await migrate(database, ['core', 'crm']), [])
      assert.deepEqual(await readApplied(database), NAMES)
    })

    test('the reference CRM can be added to a database that was set up without it', async (context) => {
      const { database, close } = await openEmpty(engine)
      context.after(() => close())
      await migrate(database, ['core'])
      assert.deepEqual(
        await migrate(database, ['core', 'crm']),
        readMigrations('crm').map(({ name }) => name),
      )
    })

    test('a database is refused if an applied migration differs from its file', async (context) => {
      const { database, close } = await openMigrated(engine)
      context.after(() => close())
      await database.query(
        `update webhooks.schema_migrations set checksum = 'x' where name = 'core/003_partitions.sql'`,
      )
      await assert.rejects(
        migrate(database, ['core']),
        (error) =>
          error instanceof StartError &&
          error.message.startsWith('Migration core/003_partitions.sql was changed'),
      )
    })

    test('a database of a development version is refused and left unchanged', async (context) => {
      const { database, close } = await openEmpty(engine)
      context.after(() => close())
      await database.execute(`
        create schema webhooks;
        create table webhooks.schema_migrations (
          name text primary key, checksum text not null, applied_at timestamptz not null default now());
        insert into webhooks.schema_migrations (name, checksum) values ('core/0001_schema.sql', 'x')`)
      await assert.rejects(
        migrate(database, ['core', 'crm']),
        (error) => error instanceof StartError && /development version .* empty database/.test(error.message),
      )
      assert.deepEqual(await readApplied(database), ['core/0001_schema.sql'])
      const { rows } = await database.query(`select from pg_namespace where nspname = 'webhooks_internal'`)
      assert.equal(rows.length, 0)
    })
  })
}

test(
  'one of several nodes that start on an empty database migrates it, and the others wait',
  { skip: ENGINES.includes('postgresql') ? false : 'needs a database that several connections share' },
  async (context) => {
    const { url, drop } = await createDatabase('postgresql', 'empty')
    const nodes = [1, 2, 3].map(() => openPostgres({ url: url!, poolSize: 1 }))
    context.after(async () => {
      await Promise.all(nodes.map((node) => node.close()))
      await drop()
    })
    const applied = await Promise.all(nodes.map((node) => migrate(node, ['core', 'crm'])))
    assert.deepEqual(
      applied.filter(({ length }) => length > 0),
      [NAMES],
    )
  },
)
