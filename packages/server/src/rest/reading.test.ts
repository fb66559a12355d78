import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { HOOK_A, OURS, expectError, openFixture, operator, tenant } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'
const count = { prefer: 'count=exact' }

for (const engine of ENGINES) {
  describe(`reads (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)
    const rows = async (path: string): Promise<unknown> => {
      const { status, json, body } = await ask('GET', path)
      assert.equal(status, 200, body)
      return json
    }
    const names = async (search: string): Promise<string[]> => {
      const found = (await rows(`${W}?select=name&order=name&${search}`)) as { name: string }[]
      return found.map((row) => row.name)
    }
    const attempts = async (search: string): Promise<number[]> => {
      const found = (await rows(`${L}?select=attempt&${search}`)) as { attempt: number }[]
      return found.map((row) => row.attempt)
    }

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => await fixture.reset())
    after(async () => await fixture.close())

    it('a read without select returns every visible column and no hidden one', async () => {
      const [row] = (await rows(`${W}?limit=1`)) as object[]
      assert.ok(Object.keys(row!).includes('has_secret'))
      assert.ok(!Object.keys(row!).includes('secret'))
    })

    it('a hidden column is refused like one that does not exist', async () => {
      for (const search of ['select=secret', 'secret=is.null', 'order=secret', 'select=sealed_headers']) {
        expectError(await ask('GET', `${W}?${search}`), 400, '42703')
      }
    })

    it('the error for an unknown column suggests the nearest one', async () => {
      const { hint } = expectError(await ask('GET', `${W}?select=nam`), 400, '42703')
      assert.equal(hint, 'Perhaps you meant to reference the column "webhook_configurations.name".')
    })

    it('an empty select returns all columns', async () => {
      assert.deepEqual(await rows(`${W}?select=`), await rows(W))
    })

    it('a select can contain quoted names, aliases and casts of arrays', async () => {
      const found = await rows(`${W}?select="name","an odd, name":events::text,timeout_ms::numeric&name=eq.a`)
      const events = '{deal.created,deal.updated}'
      assert.deepEqual(found, [{ name: 'a', 'an odd, name': events, timeout_ms: 5000 }])
    })

    it('a select can read values in JSON by key, index and quoted key', async () => {
      const found = await rows(`${W}?select=headers->l->0,last:headers->l->>-1,headers->>"x"&name=eq.a`)
      assert.deepEqual(found, [{ l: 7, last: '8', x: '1' }])
    })

    it('rows can be filtered and ordered by values in JSON', async () => {
      assert.deepEqual(await names('headers->>x=eq.2'), ['b'])
      assert.deepEqual(await names('headers->n=eq.5'), ['a'])
      const ordered = await rows(`${W}?select=name&order=headers->n.desc.nullslast`)
      assert.deepEqual(ordered, [{ name: 'b' }, { name: 'a' }, { name: 'c' }])
    })

    it('a json column can be filtered with the operators of jsonb', async () => {
      assert.deepEqual(await attempts('request_headers=cs.{"x-webhook-attempt":"2"}'), [2])
    })

    it('rows can be ordered with nulls first or last', async () => {
      assert.deepEqual(await rows(`${W}?select=name&order=timeout_ms.asc.nullsfirst`), [
        { name: 'b' },
        { name: 'a' },
        { name: 'c' },
      ])
      assert.deepEqual(await rows(`${W}?select=name&order=timeout_ms.desc.nullslast,name`), [
        { name: 'c' },
        { name: 'a' },
        { name: 'b' },
      ])
    })

    it('each filter operator finds the matching rows', async () => {
      const expected: [string, string[]][] = [
        ['name=neq.a', ['b', 'c']],
        ['name=gt.a', ['b', 'c']],
        ['name=gte.b&name=lt.c', ['b']],
        ['name=lte.a', ['a']],
        ['url=ilike.*B.EXAMPLE*', ['b']],
        ['url=match.^https://[ac]', ['a', 'c']],
        ['url=imatch.//B', ['b']],
        ['timeout_ms=is.null', ['b']],
        ['timeout_ms=is.not_null', ['a', 'c']],
        ['is_active=is.false', ['b', 'c']],
        ['is_active=not.is.true', ['b', 'c']],
        ['timeout_ms=isdistinct.5000', ['b', 'c']],
        ['events=cd.{deal.created,deal.updated,*}', ['a', 'c']],
        ['events=ov.{contact.created,*}', ['b', 'c']],
        ['name=eq(any).{a,c}', ['a', 'c']],
        ['url=like(all).{https*,*c.*}', ['c']],
        ['url=fts.b.example', ['b']],
        ['name=plfts(simple).b', ['b']],
        ['name=not.wfts(simple).b or c', ['a']],
        ['name=phfts(simple).c', ['c']],
        ['not.or=(name.eq.a,name.eq.b)', ['c']],
        ['not.and=(name.eq.a,is_active.is.true)', ['b', 'c']],
        ['or=(events.cs.{*},name.in.(a,"x"))', ['a', 'c']],
        ['or=(not.and(name.neq.a,name.neq.b),name.not.neq.c)', ['a', 'b', 'c']],
      ]
      for (const [search, found] of expected) assert.deepEqual(await names(search), found, search)
    })

    it('a value without an operator means equality for the documented columns, and is refused for others', async () => {
      assert.deepEqual(await names(`organization_id=${OURS}&is_active=true`), ['a'])
      assert.deepEqual(await attempts(`webhook_id=${HOOK_A}&status=success`), [5])
      assert.deepEqual(await attempts('status=eq.success'), [5])
      expectError(await ask('GET', `${W}?name=a`), 400, 'PGRST100')
    })

    it('a date without an operator means that day in UTC', async () => {
      assert.deepEqual(await attempts('created_at=2025-01-15&order=attempt'), [1])
      assert.deepEqual(await attempts('created_at=2025-01-16&order=attempt'), [2, 3, 4, 5])
      expectError(await ask('GET', `${L}?created_at=2025-02-30`), 400, '22008')
    })

    it('rows can be paged by the Range header, by limit and offset, and by both', async () => {
      const range = await ask('GET', `${L}?select=attempt&order=attempt`, { headers: { range: '1-2' } })
      assert.deepEqual(range.json, [{ attempt: 2 }, { attempt: 3 }])
      assert.equal(range.headers['content-range'], '1-2/*')
      const page = await ask('GET', `${L}?limit=2&offset=3`, { headers: count })
      assert.deepEqual([page.status, page.headers['content-range']], [206, '3-4/5'])
      const both = await ask('GET', `${L}?limit=2&offset=1`, { headers: { range: '0-1' } })
      assert.equal(both.headers['content-range'], '1-1/*')
    })

    it('an invalid range, limit or offset is refused', async () => {
      expectError(await ask('GET', `${L}?limit=-1`), 416, 'PGRST103')
      expectError(await ask('GET', L, { headers: { range: '3-1' } }), 416, 'PGRST103')
      expectError(await ask('GET', `${L}?limit=ten`), 400, 'PGRST100')
    })

    it('a response contains at most 1,000 rows', async () => {
      await fixture.database.query(
        `insert into public.contacts (organization_id, first_name) select $1, 'n' || n from generate_series(1, 1005) n`,
        [OURS],
      )
      for (const search of ['', 'limit=5000']) {
        const { status, headers } = await ask('GET', `contacts?${search}`, { headers: count })
        assert.deepEqual([status, headers['content-range']], [206, '0-999/1005'])
      }
    })

    it('a planned count is answered with an exact one and reported as such', async () => {
      const answer = await ask('GET', W, { headers: { prefer: 'count=planned' } })
      assert.equal(answer.headers['content-range'], '0-2/3')
      assert.equal(answer.headers['preference-applied'], 'count=exact')
    })

    it('nulls are left out if the media type asks for it', async () => {
      const accept = 'application/vnd.pgrst.array+json;nulls=stripped'
      const answer = await ask('GET', `${W}?select=name,timeout_ms&name=in.(a,b)&order=name`, {
        headers: { accept },
      })
      assert.deepEqual(answer.json, [{ name: 'a', timeout_ms: 5000 }, { name: 'b' }])
    })

    it('CSV quotes the values that need it', async () => {
      await ask('PATCH', `${W}?name=eq.a`, { body: { description: 'say "x", \\ and\nmore' } })
      await ask('PATCH', `${W}?name=eq.b`, { body: { description: '' } })
      const headers = { accept: 'text/csv' }
      const { body } = await ask('GET', `${W}?select=description,"n,m":name&order=name`, { headers })
      assert.equal(body, 'description,"n,m"\n"say ""x"", \\ and\nmore",a\n"",b\n,c')
      assert.equal((await ask('GET', `${W}?select=id,name&name=eq.z`, { headers })).body, 'id,name\n')
    })

    it('numbers keep their digits and times their microseconds', async () => {
      const { body } = await ask('POST', 'deals?select=value,created_at', {
        headers: { prefer: 'return=representation' },
        body: `{"organization_id":"${OURS}","value":1234567890123456.70,"created_at":"2025-01-15T12:00:00.123456+02:00"}`,
      })
      assert.equal(body, '[{"value":1234567890123456.70,"created_at":"2025-01-15T10:00:00.123456+00:00"}]')
    })

    it('the operator sees the rows of every organization', async () => {
      const { json } = await ask('GET', `${W}?select=name&order=name`, { principal: operator })
      assert.deepEqual(json, [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'f' }])
    })

    it('a principal without an organization sees no rows', async () => {
      const { body } = await ask('GET', W, { principal: { ...tenant, organizationId: null } })
      assert.equal(body, '[]')
    })

    it('a table without readable columns is refused with 403', async () => {
      expectError(await ask('GET', 'organizations'), 403, '42501')
    })

    it('tables that are not granted are refused with 404', async () => {
      for (const table of ['schema_migrations', 'attempts', 'outbox', 'pg_class', '__proto__']) {
        expectError(await ask('GET', table, { principal: operator }), 404, 'PGRST205')
      }
    })

    it('a syntax error in a filter, order or select is reported with its position', async () => {
      const wrong: [string, string, string][] = [
        ['name=foo.a', '(foo.a)" (line 1, column 1)', 'unexpected "f" expecting "not" or operator'],
        ['name=in.(a', '(in.(a)" (line 1, column 6)', 'unexpected end of input expecting ")"'],
        ['order=name.up', '(name.up)" (line 1, column 6)', 'unexpected "u" expecting "asc"'],
        ['or=(name.eq.a', '((name.eq.a)" (line 1, column 11)', 'unexpected end of input expecting ")"'],
        ['select=name,,id', '(name,,id)" (line 1, column 6)', 'unexpected "," expecting a column name'],
        ['is_active=is.maybe', '(is.maybe)" (line 1, column 4)', 'unexpected "m" expecting one of null'],
      ]
      for (const [search, place, expecting] of wrong) {
        const error = expectError(await ask('GET', `${W}?${search}`), 400, 'PGRST100')
        assert.ok(error['message']?.includes(place), `${search}: ${error['message']}`)
        assert.ok(error['details']?.startsWith(expecting), `${search}: ${error['details']}`)
      }
    })

    it('features that are not supported are refused with their own error codes', async () => {
      expectError(await ask('GET', `${L}?order=webhook_configurations(name)`), 400, 'PGRST108')
      expectError(await ask('GET', `${W}?select=id::regclass`), 400, '42704')
      const put = await ask('PUT', L)
      expectError(put, 405, 'PGRST117')
      assert.equal(put.headers['allow'], 'OPTIONS,GET,HEAD')
    })

    it('unknown preferences are refused with handling=strict, and tx=rollback always', async () => {
      const ignored = await ask('GET', W, { headers: { prefer: 'odd=1, handling=lenient' } })
      assert.equal(ignored.headers['preference-applied'], 'handling=lenient')
      const strict = await ask('GET', W, { headers: { prefer: 'odd=1, handling=strict' } })
      assert.equal(expectError(strict, 400, 'PGRST122')['details'], 'Invalid preferences: odd=1')
      expectError(await ask('GET', W, { headers: { prefer: 'tx=rollback' } }), 400, 'PGRST122')
    })
  })
}
