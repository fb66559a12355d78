import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { HOOK_THEIRS, OURS, THEIRS, openFixture } from './rest-fixture.ts'
import type { Ask, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'

/** Rows of both organizations: a deal of ours without a contact, and one of theirs. */
const MORE = `
  insert into public.contacts (id, organization_id, first_name, custom_fields) values
    ('0190a100-0000-4000-8000-000000000001', '${OURS}', 'ann', '{"a": 1}'),
    ('0190a100-0000-4000-8000-000000000002', '${OURS}', 'bob', '{}'),
    ('0190a100-0000-4000-8000-000000000003', '${THEIRS}', 'eve', '{}');
  insert into public.deals (organization_id, title, contact_id, value) values
    ('${OURS}', 'one', '0190a100-0000-4000-8000-000000000001', 10),
    ('${OURS}', 'two', '0190a100-0000-4000-8000-000000000001', null),
    ('${OURS}', 'free', null, 3),
    ('${THEIRS}', 'theirs', '0190a100-0000-4000-8000-000000000003', 99);
`

for (const engine of ENGINES) {
  describe(`spreads (${engine})`, () => {
    let fixture: Fixture
    const rows = async (path: string, more: Ask = {}): Promise<unknown> => {
      const { status, json, body } = await fixture.ask('GET', path, more)
      assert.equal(status, 200, body)
      return json
    }

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => {
      await fixture.reset()
      await fixture.database.execute(MORE)
    })
    after(async () => await fixture.close())

    it('the columns of several rows are spread as lists of the same order', async () => {
      assert.deepEqual(
        await rows(
          'contacts?select=first_name,...deals(title,amounts:value)&order=first_name&deals.order=title',
        ),
        [
          { first_name: 'ann', title: ['one', 'two'], amounts: [10, null] },
          { first_name: 'bob', title: [], amounts: [] },
        ],
      )
      assert.deepEqual(await rows(`${W}?select=name,...${L}(attempt)&name=eq.a&${L}.order=attempt.desc`), [
        { name: 'a', attempt: [5, 4, 3, 2, 1] },
      ])
    })

    it('filters, limits and inner joins of a spread apply to its rows', async () => {
      const path = `${W}?select=name,...${L}(attempt)&order=name&${L}.order=attempt`
      assert.deepEqual(await rows(`${path}&${L}.status=eq.success&limit=1`), [{ name: 'a', attempt: [5] }])
      assert.deepEqual(await rows(`${path}&${L}.limit=2&${L}.offset=1&limit=1`), [
        { name: 'a', attempt: [2, 3] },
      ])
      assert.deepEqual(await rows(`${W}?select=name,...${L}!inner(attempt)&${L}.attempt=eq.2`), [
        { name: 'a', attempt: [2] },
      ])
    })

    it('a spread of several rows can have embedded rows and spreads in it', async () => {
      const path = 'contacts?first_name=eq.ann&deals.order=title&select='
      assert.deepEqual(await rows(`${path}...deals(title,contacts(first_name))`), [
        { title: ['one', 'two'], contacts: [{ first_name: 'ann' }, { first_name: 'ann' }] },
      ])
      assert.deepEqual(await rows(`${path}...deals(title,...contacts(who:first_name))`), [
        { title: ['one', 'two'], who: ['ann', 'ann'] },
      ])
      const nested = '...deals(...contacts(...deals(others:value)))&deals.contacts.deals.order=value'
      assert.deepEqual(await rows(path + nested), [
        {
          others: [
            [10, null],
            [10, null],
          ],
        },
      ])
      assert.deepEqual(
        await rows(
          'deals?select=title,...contacts(first_name,...deals(others:title))&title=eq.two&contacts.deals.order=title',
        ),
        [{ title: 'two', first_name: 'ann', others: ['one', 'two'] }],
      )
    })

    it('a single spread row can have embedded rows in it, and its columns are null if there is none', async () => {
      const path = 'deals?select=title,...contacts(first_name,deals(title))&contacts.deals.order=title'
      assert.deepEqual(await rows(`${path}&title=eq.one`), [
        { title: 'one', first_name: 'ann', deals: [{ title: 'one' }, { title: 'two' }] },
      ])
      assert.deepEqual(await rows(`${path}&title=eq.free`), [
        { title: 'free', first_name: null, deals: null },
      ])
    })

    it('a spread has no rows of another organization', async () => {
      await fixture.database.execute(
        `update webhooks_internal.attempts set webhook_id = '${HOOK_THEIRS}' where attempt < 5`,
      )
      assert.deepEqual(await rows(`${W}?select=name,...${L}(attempt)&order=name`), [
        { name: 'a', attempt: [5] },
        { name: 'b', attempt: [] },
        { name: 'c', attempt: [] },
      ])
    })

    it('lists of a spread are written as JSON in CSV, and returned by writes', async () => {
      const csv = await fixture.ask('GET', `${W}?select=name,...${L}(attempt)&name=eq.b`, {
        headers: { accept: 'text/csv' },
      })
      assert.equal(csv.body, 'name,attempt\nb,[]')
      const written = await fixture.ask(
        'PATCH',
        'contacts?first_name=eq.ann&select=...deals(title)&deals.order=title',
        {
          body: { company: 'x' },
          headers: { prefer: 'return=representation' },
        },
      )
      assert.deepEqual(written.json, [{ title: ['one', 'two'] }])
    })
  })
}
