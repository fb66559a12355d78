import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ANY_ENGINE } from './harness/databases.ts'
import type { InProcessApi } from './harness/in-process-api.ts'
import { OURS, openApi } from './harness/in-process-api.ts'

suite('plans with API_EXPLAIN', () => {
  let api: InProcessApi
  before(async () => {
    api = await openApi(ANY_ENGINE, { API_EXPLAIN: 'true' })
  })
  after(() => api.close())

  test('the service key reads the plan of a request, and the key of an organization gets 406 without internal names', async () => {
    const headers = { accept: 'application/vnd.pgrst.plan+json; for="application/json"; options=analyze|;' }
    const plan = await api.ask<[{ 'Execution Time': number }]>('GET', 'contacts?select=id', { headers })
    assert.equal(plan.status, 200)
    assert.equal(typeof plan.json[0]['Execution Time'], 'number')
    for (const scope of ['admin', 'read'] as const) {
      const key = await api.storeKey(OURS, scope)
      const refused = await api.ask<{ code: string }>('GET', 'webhook_logs?select=id', { headers, key })
      assert.deepEqual([refused.status, refused.json.code], [406, 'PGRST107'])
      assert.doesNotMatch(JSON.stringify(refused.json), /attempts|_internal|Plan/)
    }
  })
})
