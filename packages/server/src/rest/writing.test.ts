import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import {
  HOOK_A,
  HOOK_B,
  HOOK_THEIRS,
  OURS,
  THEIRS,
  expectError,
  openFixture,
  operator,
} from './rest-fixture.ts'
import type { Answer, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const shown = { prefer: 'return=representation' }
const object = { accept: 'application/vnd.pgrst.object+json' }
const hook = { organization_id: OURS, name: 'new', url: 'https://new.example/', events: ['*'] }
const NEW_ID = '0190b000-0000-7000-8000-0000000000ff'

for (const engine of ENGINES) {
  describe(`writes (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)
    const names = async (): Promise<string[]> => {
      const { json } = await ask('GET', `${W}?select=name&order=name`)
      return (json as { name: string }[]).map((row) => row.name)
    }
    const post = async (path: string, body: unknown, prefer = 'return=representation'): Promise<Answer> =>
      await ask('POST', path, { body, headers: { prefer } })

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('an insert of rows with different keys is refused with the row and the key', async () => {
      const rows = [
        { ...hook, name: 'd', timeout_ms: 2000 },
        { ...hook, name: 'e' },
      ]
      for (const preference of ['return=minimal', 'resolution=merge-duplicates']) {
        const refused = expectError(await post(`${W}?on_conflict=id`, rows, preference), 400, 'PGRST102')
        assert.equal(refused['details'], "Row 1 lacks 'timeout_ms', which row 0 has.")
      }
      const added = expectError(await post(W, rows.toReversed()), 400, 'PGRST102')
      assert.equal(added['details'], "Row 1 has 'timeout_ms', which row 0 lacks.")
      const listed = await post(
        `${W}?columns=organization_id,name,url,events,timeout_ms&select=name,timeout_ms`,
        rows,
      )
      assert.deepEqual(listed.json, [
        { name: 'd', timeout_ms: 2000 },
        { name: 'e', timeout_ms: null },
      ])
    })

    it('an insert with missing=default stores defaults for columns that a row lacks', async () => {
      const body = [
        { ...hook, name: 'd', is_active: false },
        { ...hook, name: 'e' },
      ]
      const filled = await post(`${W}?select=name,is_active`, body, 'return=representation,missing=default')
      assert.deepEqual(filled.json, [
        { name: 'd', is_active: false },
        { name: 'e', is_active: true },
      ])
      assert.equal(filled.headers['preference-applied'], 'missing=default, return=representation')
    })

    it('an insert with columns stores only those columns', async () => {
      const path = `${W}?columns="organization_id","name","url","events"&select=name,timeout_ms`
      const { json } = await post(path, [{ ...hook, timeout_ms: 2000, foo: 1 }])
      assert.deepEqual(json, [{ name: 'new', timeout_ms: null }])
      expectError(await post(`${W}?columns=name,foo`, [{ name: 'x' }]), 400, 'PGRST204')
    })

    it('an insert stores defaults for all columns that the body does not name', async () => {
      const { status, json } = await ask('POST', 'contacts?select=first_name', {
        body: [{ organization_id: OURS }, { organization_id: OURS }],
        headers: shown,
      })
      assert.deepEqual([status, json], [201, [{ first_name: null }, { first_name: null }]])
      expectError(await ask('POST', 'contacts', { body: {}, principal: operator }), 400, '23502')
    })

    it('an insert of an empty array stores nothing', async () => {
      const answer = await post(W, [])
      assert.deepEqual([answer.status, answer.body], [201, '[]'])
    })

    it('an insert with return=headers-only returns the location of the new row', async () => {
      const answer = await post(W, { ...hook, id: NEW_ID }, 'return=headers-only')
      assert.deepEqual([answer.status, answer.body], [201, ''])
      assert.equal(answer.headers['location'], `/rest/v1/${W}?id=eq.${NEW_ID}`)
    })

    it('an insert of a read-only or unknown column is refused with the reason', async () => {
      const readOnly = expectError(await post(W, { ...hook, created_at: '2025-01-01' }), 400, 'PGRST204')
      assert.equal(readOnly['message'], `The 'created_at' column of '${W}' cannot be written here`)
      const unknown = expectError(await post(W, { ...hook, nam: 'x' }), 400, 'PGRST204')
      assert.equal(unknown['hint'], "Perhaps you meant 'name'.")
    })

    it('a body that contains no rows is refused', async () => {
      for (const body of ['', '5', '[1]', 'null', '{"a":']) {
        expectError(await post(W, body), 400, 'PGRST102')
      }
      const headers = { 'content-type': 'application/xml' }
      expectError(await ask('POST', W, { body: hook, headers }), 400, 'PGRST102')
    })

    it('an insert that ignores duplicates returns only the inserted rows', async () => {
      const body = [
        { ...hook, id: HOOK_A },
        { ...hook, id: NEW_ID },
      ]
      const { status, json } = await post(
        `${W}?select=id`,
        body,
        'resolution=ignore-duplicates,return=representation',
      )
      assert.deepEqual([status, json], [201, [{ id: NEW_ID }]])
    })

    it('an upsert cannot change columns that the role cannot update', async () => {
      const body = { ...hook, id: HOOK_A, organization_id: THEIRS }
      const headers = { prefer: 'resolution=merge-duplicates' }
      expectError(await ask('POST', W, { body, headers, principal: operator }), 403, '42501')
      assert.deepEqual(await names(), ['a', 'b', 'c'])
    })

    it("an upsert cannot change another organization's row", async () => {
      const body = { ...hook, id: HOOK_THEIRS }
      expectError(await post(W, body, 'resolution=merge-duplicates'), 403, '42501')
    })

    it('an insert of several rows is rolled back if one object is requested', async () => {
      const body = [
        { ...hook, name: 'd' },
        { ...hook, name: 'e' },
      ]
      expectError(await ask('POST', W, { body, headers: object }), 406, 'PGRST116')
      assert.deepEqual(await names(), ['a', 'b', 'c'])
    })

    it('an insert of one row can return it as an object', async () => {
      const { status, json } = await ask('POST', `${W}?select=name`, {
        body: [hook],
        headers: { ...shown, ...object },
      })
      assert.deepEqual([status, json], [201, { name: 'new' }])
    })

    it('an update changes the matching rows and returns them with their count', async () => {
      const { status, json, headers } = await ask(
        'PATCH',
        `${W}?is_active=is.false&select=name&order=name.desc`,
        {
          body: { description: 'x', headers: { k: ['v'] }, events: ['a', 'b'] },
          headers: { prefer: 'return=representation, count=exact' },
        },
      )
      assert.deepEqual(
        [status, json, headers['content-range']],
        [200, [{ name: 'c' }, { name: 'b' }], '0-1/2'],
      )
    })

    it('the limit of an update applies only to the returned rows', async () => {
      const { json } = await ask('PATCH', `${W}?is_active=is.false&select=name&order=name&limit=1`, {
        body: { description: 'x' },
        headers: shown,
      })
      assert.deepEqual(json, [{ name: 'b' }])
      assert.equal(((await ask('GET', `${W}?description=eq.x`)).json as []).length, 2)
    })

    it('an update without a filter is refused', async () => {
      const error = expectError(await ask('PATCH', `${W}?order=name`, { body: { name: 'x' } }), 400, '21000')
      assert.equal(error['message'], 'UPDATE requires a WHERE clause')
    })

    it('an update with several rows as its body is refused', async () => {
      expectError(
        await ask('PATCH', `${W}?name=eq.a`, { body: [{ name: 'x' }, { name: 'y' }] }),
        400,
        'PGRST102',
      )
    })

    it('a delete removes the matching rows, and can count or return them', async () => {
      const silent = await ask('DELETE', `${W}?name=eq.a`, { headers: { prefer: 'count=exact' } })
      assert.deepEqual([silent.status, silent.body, silent.headers['content-range']], [204, '', '*/1'])
      const rep = await ask('DELETE', `${W}?id=eq.${HOOK_B}&select=name`, { headers: shown })
      assert.deepEqual([rep.status, rep.json], [200, [{ name: 'b' }]])
      assert.deepEqual(await names(), ['c'])
    })

    it('a delete of at most max-affected rows succeeds', async () => {
      const headers = { prefer: 'handling=strict, max-affected=1' }
      const answer = await ask('DELETE', `${W}?name=eq.a`, { headers })
      assert.equal(answer.headers['preference-applied'], 'handling=strict, max-affected=1')
      assert.deepEqual(await names(), ['b', 'c'])
    })

    it('writes to a read-only table are refused', async () => {
      expectError(await ask('POST', 'webhook_logs', { body: { id: HOOK_A } }), 403, '42501')
      expectError(await ask('PATCH', `webhook_logs?id=eq.${HOOK_A}`, { body: { url: 'x' } }), 403, '42501')
      expectError(await ask('DELETE', `webhook_logs?id=eq.${HOOK_A}`), 403, '42501')
    })

    it('the error of a failed check does not reveal columns that the role cannot read', async () => {
      const { body } = await post(W, { ...hook, secret: 'a plain secret' })
      assert.match(body, /23514/)
      assert.doesNotMatch(body, /a plain secret/)
    })
  })
}
