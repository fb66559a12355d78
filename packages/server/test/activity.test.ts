import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { foldCounts } from '../src/maintenance/rollups/rollups.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'

for (const engine of EVERY_ENGINE) {
  suite(`activity of webhooks (${engine})`, () => {
    let api: InProcessApi
    let webhookId: string
    before(async () => {
      api = await openApi(engine)
      const { json } = await api.ask('POST', 'webhook_configurations', {
        headers: { prefer: 'return=representation' },
        body: { organization_id: OURS, name: 'CRM', url: 'https://crm.example/hook', events: ['*'] },
      })
      webhookId = String((json as { id: string }[])[0]?.id)
    })
    after(() => api.close())

    const count = (hoursAgo: number, outcome: string, attempts: number): Promise<unknown> =>
      api.database.query(
        `insert into webhooks_internal.attempt_counts (organization_id, webhook_id, period, outcome, latency_bucket, count)
         values ($1, $2, date_bin('5 minutes', now(), 'epoch') - $3 * interval '1 hour', $4, 1, $5)`,
        [OURS, webhookId, hoursAgo, outcome, attempts],
      )
    const activity = async (): Promise<Record<string, unknown>[]> =>
      (await api.ask('GET', `webhook_activity?webhook_id=eq.${webhookId}`)).json as Record<string, unknown>[]

    test('a webhook without attempts has no row', async () => {
      assert.deepEqual(await activity(), [])
    })

    test('attempts of the last 24 hours are counted by the hour, folded or not, and older ones are not', async () => {
      await count(30, 'success', 100)
      await count(2, 'success', 5)
      await count(2, 'timeout', 2)
      await foldCounts(api.database)
      await count(0, 'success', 3)
      const [row] = await activity()
      assert.deepEqual([row?.['attempts'], row?.['failed']], [10, 2])
      const hours = row?.['hours'] as { start: string; success: number; failed: number }[]
      assert.deepEqual(
        hours.map(({ success, failed }) => [success, failed]),
        [
          [5, 2],
          [3, 0],
        ],
      )
      assert.match(hours[0]?.start ?? '', /^\d{4}-\d\d-\d\dT\d\d:00:00Z$/)
    })
  })
}
