import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { OURS, expectError, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'
const shown = { prefer: 'return=representation' }

for (const engine of ENGINES) {
  describe(`embedding in written rows (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('the rows that an insert, update or delete returns can embed related rows', async () => {
      const contact = { organization_id: OURS, first_name: 'Ada' }
      const { json: made } = await ask('POST', 'contacts?select=id,deals(title)', {
        body: contact,
        headers: shown,
      })
      const [{ id }] = made as [{ id: string }]
      assert.deepEqual(made, [{ id, deals: [] }])
      const deal = { organization_id: OURS, title: 'd', contact_id: id }
      const select = 'select=title,contacts(first_name),...contacts(name:first_name)'.replace(
        'contacts(f',
        'who:contacts(f',
      )
      const embedded = [{ title: 'd', who: { first_name: 'Ada' }, name: 'Ada' }]
      const inserted = await ask('POST', `deals?${select}`, { body: deal, headers: shown })
      assert.deepEqual([inserted.status, inserted.json], [201, embedded])
      const changed = await ask('PATCH', `deals?title=eq.d&${select}`, {
        body: { stage: 'x' },
        headers: shown,
      })
      assert.deepEqual([changed.status, changed.json], [200, embedded])
      const removed = await ask('DELETE', `deals?title=eq.d&${select}`, { headers: shown })
      assert.deepEqual([removed.status, removed.json], [200, embedded])
    })

    it('written rows can be ordered by embedded rows, and limited to those with an inner one', async () => {
      await fixture.database.query(
        `with c as (insert into public.contacts (organization_id, first_name) values ($1, 'b'), ($1, 'a') returning id, first_name)
         insert into public.deals (organization_id, title, contact_id)
         select $1::uuid, 'of ' || first_name, id from c union all select $1::uuid, 'alone', null`,
        [OURS],
      )
      const { json } = await ask(
        'PATCH',
        `deals?organization_id=eq.${OURS}&select=title,contacts!inner()&order=contacts(first_name)`,
        { body: { stage: 'x' }, headers: shown },
      )
      assert.deepEqual(json, [{ title: 'of a' }, { title: 'of b' }])
      const { json: all } = await ask('GET', 'deals?stage=eq.x')
      assert.equal((all as unknown[]).length, 3)
    })

    it('an update or delete with a filter on embedded rows is refused', async () => {
      const path = `${W}?select=name,${L}(attempt)&${L}=is.null`
      expectError(await ask('PATCH', path, { body: { description: 'x' }, headers: shown }), 400, '42703')
      expectError(await ask('DELETE', `${W}?${L}.attempt=eq.1`), 400, 'PGRST108')
      const only = `${W}?select=name,${L}(attempt)&${L}.attempt=eq.1`
      expectError(await ask('DELETE', only, { headers: shown }), 400, '21000')
    })
  })
}
