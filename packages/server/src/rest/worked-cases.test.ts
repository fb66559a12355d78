import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { EVERY_ENGINE } from '../../test/harness/databases.ts'
import { HOOK_A, HOOK_B, HOOK_THEIRS, OURS, THEIRS, expectError, openFixture } from './rest-fixture.ts'
import type { Answer, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'
const count = { prefer: 'count=exact' }
const shown = { prefer: 'return=representation' }
const object = { accept: 'application/vnd.pgrst.object+json' }

const hook = { organization_id: OURS, name: 'new', url: 'https://new.example/', events: ['*'] }

function namesOf({ status, json, body }: Answer): string[] {
  assert.equal(status, 200, body)
  return (json as { name: string }[]).map((row) => row.name)
}

for (const engine of EVERY_ENGINE) {
  describe(`worked cases (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)
    const names = async (search: string): Promise<string[]> =>
      namesOf(await ask('GET', `${W}?select=name&order=name&${search}`))
    const attempts = async (search: string): Promise<number[]> => {
      const { json, body, status } = await ask('GET', `${L}?select=attempt&order=attempt&${search}`)
      assert.equal(status, 200, body)
      return (json as { attempt: number }[]).map((row) => row.attempt)
    }

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('1: a read returns the selected columns in the requested order', async () => {
      const answer = await ask('GET', `${W}?select=name&order=name`)
      assert.equal(answer.status, 200)
      assert.deepEqual(answer.json, [{ name: 'a' }, { name: 'b' }, { name: 'c' }])
      assert.equal(answer.headers['content-range'], '0-2/*')
      assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    })

    it('2: an exact count covers the rows beyond the page', async () => {
      const all = await ask('GET', W, { headers: count })
      assert.deepEqual([all.status, all.headers['content-range']], [200, '0-2/3'])
      const part = await ask('GET', `${L}?limit=2`, { headers: count })
      assert.deepEqual([part.status, part.headers['content-range']], [206, '0-1/5'])
    })

    it('2: an offset beyond the end returns no rows, or 416 with an exact count', async () => {
      const beyond = await ask('GET', `${L}?offset=50`)
      assert.deepEqual([beyond.status, beyond.body, beyond.headers['content-range']], [200, '[]', '*/*'])
      const counted = await ask('GET', `${L}?offset=50`, { headers: count })
      expectError(counted, 416, 'PGRST103')
      assert.equal(counted.headers['content-range'], '*/5')
    })

    it('3: limit=0 and HEAD return no rows', async () => {
      const none = await ask('GET', `${L}?limit=0`)
      assert.deepEqual([none.status, none.body, none.headers['content-range']], [200, '[]', '*/*'])
      const head = await ask('HEAD', L, { headers: count })
      assert.deepEqual([head.status, head.body, head.headers['content-range']], [200, '', '0-4/5'])
    })

    it('4: a request for one object returns it, or an error with the number of rows', async () => {
      const one = await ask('GET', `${W}?name=eq.a&select=name`, { headers: object })
      assert.deepEqual([one.status, one.json], [200, { name: 'a' }])
      const none = expectError(await ask('GET', `${W}?name=eq.z`, { headers: object }), 406, 'PGRST116')
      assert.equal(none['details'], 'The result contains 0 rows')
    })

    it('5: an update of several rows is rolled back if one object is requested', async () => {
      const headers = { ...shown, ...object }
      const path = `${W}?organization_id=eq.${OURS}`
      expectError(await ask('PATCH', path, { headers, body: { description: 'x' } }), 406, 'PGRST116')
      assert.deepEqual(await names('description=is.null'), ['a', 'b', 'c'])
    })

    it('6: a select can cast, rename and read values in JSON', async () => {
      const { json } = await ask('GET', `${W}?select=id::text,hook:name,headers->>x&name=eq.a`)
      assert.deepEqual(json, [{ id: HOOK_A, hook: 'a', x: '1' }])
    })

    it('7: in accepts quoted, empty and negated lists', async () => {
      assert.deepEqual(await names('name=in.("a,b",c)'), ['c'])
      assert.deepEqual(await attempts('id=in.()'), [])
      assert.deepEqual(await names('name=not.in.(a,b)'), ['c'])
    })

    it('8: like matches patterns with stars, and any of several patterns', async () => {
      assert.deepEqual(await names('name=like.a*'), ['a'])
      assert.deepEqual(await names('name=like(any).{a*,b*}'), ['a', 'b'])
    })

    it('9: conditions can be combined in trees with quoted values', async () => {
      assert.deepEqual(await attempts('or=(status.eq.success,and(attempt.gt.1,attempt.lt.4))'), [2, 3, 5])
      assert.deepEqual(await names('or=(name.eq."x,y",name.eq.a)'), ['a'])
    })

    it('10: filters can compare arrays, and one column twice', async () => {
      assert.deepEqual(await names('events=cs.{deal.created}'), ['a'])
      const range = 'created_at=gte.2025-01-16T00:00:00Z&created_at=lt.2025-01-16T02:00:00Z'
      assert.deepEqual(await attempts(range), [2, 3])
    })

    it('11: invalid syntax, values, columns and tables have different error codes', async () => {
      expectError(await ask('GET', `${L}?id=foo.1`), 400, 'PGRST100')
      expectError(await ask('GET', `${L}?id=eq.abc`), 400, '22P02')
      expectError(await ask('GET', `${W}?select=nope`), 400, '42703')
      const { hint } = expectError(await ask('GET', 'webhook_log'), 404, 'PGRST205')
      assert.equal(hint, "Perhaps you meant the table 'public.webhook_logs'")
    })

    it('12: a read can embed one row as an object, several as a list, or their count', async () => {
      const { json: one } = await ask('GET', `${L}?select=attempt,${W}(name)&order=attempt&limit=1`)
      assert.deepEqual(one, [{ attempt: 1, [W]: { name: 'a' } }])
      const { json: many } = await ask('GET', `${W}?select=name,${L}(attempt)&order=name&${L}.order=attempt`)
      const logs = [1, 2, 3, 4, 5].map((attempt) => ({ attempt }))
      assert.deepEqual(many, [
        { name: 'a', [L]: logs },
        { name: 'b', [L]: [] },
        { name: 'c', [L]: [] },
      ])
      const { json: counted } = await ask('GET', `${W}?select=name,${L}(count)&name=in.(a,b)&order=name`)
      assert.deepEqual(counted, [
        { name: 'a', [L]: [{ count: 5 }] },
        { name: 'b', [L]: [{ count: 0 }] },
      ])
    })

    it('13: a filter on a resource embedded with !inner also filters the rows', async () => {
      const path = `${L}?select=attempt,cfg:${W}!inner(name)&order=attempt&limit=1`
      const active = await ask('GET', `${path}&cfg.is_active=is.true`, { headers: count })
      assert.deepEqual(active.json, [{ attempt: 1, cfg: { name: 'a' } }])
      assert.equal(active.headers['content-range'], '0-0/5')
      const inactive = await ask('GET', `${path}&cfg.is_active=is.false`, { headers: count })
      assert.deepEqual([inactive.body, inactive.headers['content-range']], ['[]', '*/0'])
    })

    it('13: a filter on a resource that is not embedded is refused', async () => {
      expectError(await ask('GET', `${W}?contacts.name=eq.x`), 400, 'PGRST108')
    })

    it('14: an insert returns nothing, or the row with return=representation', async () => {
      const silent = await ask('POST', W, { body: hook })
      assert.deepEqual([silent.status, silent.body, silent.headers['location']], [201, '', undefined])
      const headers = { prefer: 'return=representation,count=exact' }
      const rep = await ask('POST', `${W}?select=name,is_active`, { body: hook, headers })
      assert.deepEqual([rep.status, rep.json], [201, [{ name: 'new', is_active: true }]])
      assert.equal(rep.headers['content-range'], '*/1')
      assert.equal(rep.headers['preference-applied'], 'return=representation, count=exact')
    })

    it('14: an unknown column and a body that is not JSON are refused', async () => {
      expectError(await ask('POST', W, { body: { foo: 1 } }), 400, 'PGRST204')
      expectError(await ask('POST', W, { body: '{"a"' }), 400, 'PGRST102')
    })

    it('15: an insert with a duplicate id is refused', async () => {
      expectError(await ask('POST', W, { body: { ...hook, id: HOOK_A } }), 409, '23505')
    })

    it('15: an upsert merges duplicates, and returns 200 if it inserts nothing', async () => {
      const headers = { prefer: 'resolution=merge-duplicates,return=representation' }
      const path = `${W}?on_conflict=id&select=name`
      const merged = await ask('POST', path, { headers, body: { ...hook, id: HOOK_A } })
      assert.deepEqual([merged.status, merged.json], [200, [{ name: 'new' }]])
      const id = '0190b000-0000-7000-8000-0000000000ff'
      const body = [
        { ...hook, id },
        { ...hook, id: HOOK_B, name: 'b2' },
      ]
      const mixed = await ask('POST', path, { headers, body })
      assert.deepEqual([mixed.status, mixed.json], [201, [{ name: 'new' }, { name: 'b2' }]])
    })

    it('16: an update changes the matching rows', async () => {
      const changed = await ask('PATCH', `${W}?name=eq.a`, { body: { description: 'x' } })
      assert.deepEqual([changed.status, changed.body, changed.headers['content-range']], [204, '', '0-0/*'])
      assert.deepEqual(await names('description=eq.x'), ['a'])
    })

    it('16: an update changes nothing if no row matches or the body is empty', async () => {
      const none = await ask('PATCH', `${W}?name=eq.z`, { body: { description: 'x' }, headers: shown })
      assert.deepEqual([none.status, none.body], [200, '[]'])
      const empty = await ask('PATCH', `${W}?name=eq.a`, { body: {} })
      assert.deepEqual([empty.status, empty.body], [204, ''])
    })

    it('17: a delete without a filter is refused', async () => {
      const error = expectError(await ask('DELETE', W), 400, '21000')
      assert.equal(error['message'], 'DELETE requires a WHERE clause')
      assert.deepEqual(await names(''), ['a', 'b', 'c'])
    })

    it('17: a delete of more rows than max-affected is refused and deletes nothing', async () => {
      const headers = { prefer: 'handling=strict,max-affected=1' }
      const answer = await ask('DELETE', `${W}?organization_id=eq.${OURS}`, { headers })
      expectError(answer, 400, 'PGRST124')
      assert.deepEqual(await names(''), ['a', 'b', 'c'])
    })

    it('18: a read can return CSV, and other media types and schemas are refused', async () => {
      const csv = await ask('GET', `${W}?select=name,timeout_ms,events&order=name`, {
        headers: { accept: 'text/csv' },
      })
      assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8')
      assert.equal(
        csv.body,
        'name,timeout_ms,events\na,5000,"{deal.created,deal.updated}"\nb,,{contact.created}\nc,9000,{*}',
      )
      expectError(await ask('GET', W, { headers: { accept: 'application/xml' } }), 406, 'PGRST107')
      expectError(await ask('GET', W, { headers: { 'accept-profile': 'other' } }), 406, 'PGRST106')
    })

    it("19: an organization can neither read nor write another organization's rows", async () => {
      const path = `${W}?id=eq.${HOOK_THEIRS}`
      assert.equal((await ask('GET', path)).body, '[]')
      assert.equal((await ask('PATCH', path, { body: { name: 'mine' }, headers: shown })).body, '[]')
      const body = { ...hook, organization_id: THEIRS }
      expectError(await ask('POST', W, { body }), 403, '42501')
    })
  })
}
