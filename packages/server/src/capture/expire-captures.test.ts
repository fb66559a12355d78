import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENGINES, openMigrated } from '../../test/harness/databases.ts'
import { expireCaptures } from './expire-captures.ts'

for (const engine of ENGINES) {
  test(`capture faults, ended drifts and reached statuses expire with the logs (${engine})`, async () => {
    const { database, close } = await openMigrated(engine)
    await database.execute(`
      insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids, created_at)
      select 'public.deals', 'insert', 'P0001', 'x', n, '{}', now() - n * interval '1 hour' from generate_series(0, 1500) n;
      insert into webhooks_internal.reached_statuses (organization_id, record_id, event, reached_at)
      select gen_random_uuid(), n, 'message.sent', now() - n * interval '1 hour' from generate_series(0, 1500) n;
      insert into webhooks_internal.capture_drifts (record, relation, since, until, problems)
      select 'deal', 'public.deals', '2025-01-15', now() - n * interval '1 hour', '{}' from generate_series(0, 1500) n;`)
    await expireCaptures(database, 36_000_000 - 1_000)
    for (const table of [
      'webhooks.webhook_capture_faults',
      'webhooks_internal.reached_statuses',
      'webhooks_internal.capture_drifts',
    ]) {
      const { rows } = await database.query<{ left: number }>(`select count(*) as left from ${table}`)
      assert.deepEqual(rows, [{ left: 10 }], table)
    }
    await close()
  })
}
