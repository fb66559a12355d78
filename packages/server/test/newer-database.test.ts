import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { migrate } from '../src/database/migrate.ts'
import { StartError } from '../src/domain/errors.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'

for (const engine of ENGINES) {
  suite(`databases migrated by a newer release (${engine})`, () => {
    test('a database of a newer release is accepted if that release still supports this program', async (context) => {
      const { database, close } = await openMigrated(engine)
      context.after(() => close())
      await database.query(
        `insert into webhooks.schema_migrations (name, checksum) values ('core/998_expand.sql', 'x')`,
      )
      assert.deepEqual(await migrate(database, ['core']), [])
    })

    test('a database of a newer release is refused if it needs a program with a later migration', async (context) => {
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
