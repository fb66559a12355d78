import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMigrated } from '../../test/harness/databases.ts'
import { vacuumEmbedded } from './vacuum-embedded.ts'

test('vacuuming the embedded database shrinks the queue after its rows are deleted', async () => {
  const { database, close } = await openMigrated('pglite')
  await database.query(
    `insert into webhooks_internal.queue (delivery_id, webhook_id)
     select gen_random_uuid(), gen_random_uuid() from generate_series(1, 2000)`,
  )
  await database.query('delete from webhooks_internal.queue')
  await vacuumEmbedded(database)
  const { rows } = await database.query<{ size: number }>(
    `select pg_relation_size('webhooks_internal.queue') as size`,
  )
  assert.equal(rows[0]?.size, 0)
  await close()
})
