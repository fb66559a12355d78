import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { isDatabaseError } from '../database/database.ts'
import { OURS, expectError, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

for (const engine of ENGINES) {
  describe(`limits of embedding (${engine})`, () => {
    let fixture: Fixture

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => {
      await fixture.reset()
      await fixture.database.query(
        `with owner as (insert into public.contacts (organization_id, first_name) values ($1, 'one') returning id)
         insert into public.deals (organization_id, contact_id, title)
         select $1::uuid, owner.id, repeat('x', 1000) from owner, generate_series(1, 1005)`,
        [OURS],
      )
    })
    after(async () => await fixture.close())

    it('an embedded list contains at most 1,000 rows', async () => {
      for (const search of ['', '&deals.limit=5000']) {
        const { json } = await fixture.ask('GET', `contacts?select=deals(id)${search}`)
        assert.equal((json as { deals: unknown[] }[])[0]?.deals.length, 1_000)
      }
      const counted = await fixture.ask('GET', 'contacts?select=deals(count)')
      assert.deepEqual(counted.json, [{ deals: [{ count: 1_005 }] }])
    })

    it('a response that exceeds 64 MiB because of embedded rows is refused with 413', async () => {
      const answer = await fixture.ask('GET', 'deals?select=id,contacts(deals(title))')
      assert.match(expectError(answer, 413, '54000')['hint'] ?? '', /<embedded>\.limit/)
      const limited = await fixture.ask(
        'GET',
        'deals?select=id,contacts(deals(title))&contacts.deals.limit=5',
      )
      assert.equal(limited.status, 200)
    })

    it('a statement that embeds rows stops at the statement timeout', async () => {
      const ask = await fixture.withRules({
        contacts: {
          async beforeInsert(connection) {
            await connection.query(`select set_config('statement_timeout', '1ms', true)`)
            return undefined
          },
        },
      })
      const body = Array.from({ length: 2_000 }, () => ({ organization_id: OURS }))
      const asked = ask('POST', 'contacts?select=id,deals(id)', {
        body,
        headers: { prefer: 'return=representation' },
      })
      const isTimeout = ({ cause }: { cause: unknown }): boolean =>
        isDatabaseError(cause) && cause.code === '57014'
      await assert.rejects(asked, (error) => isTimeout(error as { cause: unknown }))
    })

    it('a request can embed at most 50 resources', async () => {
      const select = (count: number): string =>
        Array.from({ length: count }, (_, index) => `d${index}:deals(id)`).join(',')
      const path = (count: number): string => `contacts?select=${select(count)}&first_name=eq.z`
      assert.equal((await fixture.ask('GET', path(50))).status, 200)
      expectError(await fixture.ask('GET', path(51)), 400, 'PGRST100')
    })

    it('a request can embed at most 16 levels', async () => {
      const nest = (levels: number): string =>
        levels === 0 ? 'id' : `id,${levels % 2 === 0 ? 'contacts' : 'deals'}(${nest(levels - 1)})`
      assert.equal((await fixture.ask('GET', `deals?select=${nest(16)}&title=eq.z`)).status, 200)
      expectError(await fixture.ask('GET', `contacts?select=${nest(17)}&first_name=eq.z`), 400, 'PGRST100')
    })
  })
}
