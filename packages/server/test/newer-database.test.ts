import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { migrate } from '../src/database/migrate.ts'
import { StartError } from '../src/domain/errors.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'

for (const engine of ENGINES) {
  suite(`a database that a newer release has migrated (${engine})`, () => {
    test('is taken while that release still supports this program', async (context) => {
      const { database, close } = await openMigrated(engine)
      context.after(() => close())
      await database.query(
        `insert into webhooks.schema_migrations (name, checksum) values ('core/998_expand.sql', 'x')`,
      )
      assert.deepEqual(await migrate(database, ['core']), [])
    })

    test('is refused when it needs a program that knows a later migration', async (context) => {
      const { database, close } = await openMigrated(engine)
      context.after(() => close())
      await database.query(`update webhooks_internal.oldest_program set migration = 'core/999_contract.sql'`)
      await assert.rejects(
        migrate(database, ['core']),
        (error) =>
          error instanceof StartError &&
          /migrated by a newer release: .*core\/999_contract\.sql.* restore the backup/.test(error.message),
      )
    })
  })
}
