import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { expectError, openFixture, operator, tenant } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

const PATH = 'webhook_logs?select=attempt,webhook_configurations(name)&status=eq.failed'
const PLAN = 'application/vnd.pgrst.plan'

for (const engine of ENGINES) {
  describe(`plans (${engine})`, () => {
    let fixture: Fixture
    let ask: Fixture['ask']

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
      ask = await fixture.withRules({}, { hasPlans: true })
    })
    after(async () => await fixture.close())

    it('the service key reads the plan of a request as text', async () => {
      const answer = await ask('GET', PATH, { principal: operator, headers: { accept: PLAN } })
      assert.equal(answer.status, 200)
      assert.match(answer.body, /^Aggregate {2}\(cost=.*\n/)
      assert.equal(
        answer.headers['content-type'],
        'application/vnd.pgrst.plan+text; for="application/json"; charset=utf-8',
      )
    })

    it('options and the format that the plan is for are taken from the parameters', async () => {
      const accept = `${PLAN}+json; for="application/vnd.pgrst.array+json;nulls=stripped"; options=analyze|verbose|buffers;`
      const answer = await ask('GET', PATH, { principal: operator, headers: { accept } })
      const [plan] = answer.json as [{ Plan: Record<string, unknown>; 'Execution Time': number }]
      assert.equal(typeof plan['Execution Time'], 'number')
      assert.match(JSON.stringify(plan.Plan['Output']), /json_strip_nulls/)
      assert.equal(
        answer.headers['content-type'],
        `${PLAN}+json; for="application/vnd.pgrst.array+json;nulls=stripped"; options=analyze|verbose|buffers; charset=utf-8`,
      )
    })

    it('a plan of no format that exists, and options that PostgreSQL refuses, are refused', async () => {
      const headers = { accept: `${PLAN}; for="application/xml"` }
      expectError(await ask('GET', PATH, { principal: operator, headers }), 406, 'PGRST107')
      const wal = { accept: `${PLAN}; options=wal` }
      expectError(await ask('GET', PATH, { principal: operator, headers: wal }), 400, '22023')
    })

    it('plans are for the service key, for reads, and only where they are switched on', async () => {
      const refused = [
        await ask('GET', PATH, { principal: tenant, headers: { accept: PLAN } }),
        await ask('DELETE', 'contacts?id=is.null', { principal: operator, headers: { accept: PLAN } }),
        await fixture.ask('GET', PATH, { principal: operator, headers: { accept: PLAN } }),
      ]
      for (const answer of refused) {
        const { message, hint } = expectError(answer, 406, 'PGRST107')
        assert.equal(message, `None of these media types are available: ${PLAN}`)
        assert.doesNotMatch(hint ?? '', /plan/)
      }
    })
  })
}
