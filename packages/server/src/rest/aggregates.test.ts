import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { HOOK_THEIRS, OURS, THEIRS, expectError, openFixture, operator } from './rest-fixture.ts'
import type { Ask, Fixture } from './rest-fixture.ts'

const W = 'webhook_configurations'
const L = 'webhook_logs'
const counted = { prefer: 'count=exact' }

/** A log of another organization, which no number may include. */
const THEIR_LOG = `
  insert into webhooks_internal.attempts
    (id, organization_id, webhook_id, delivery_id, event_id, event, url, status, attempt, trigger, duration_ms,
     request_headers, created_at)
  select gen_random_uuid(), '${THEIRS}', '${HOOK_THEIRS}', '0190d000-0000-7000-8000-000000000001',
    '0190e000-0000-7000-8000-000000000001', 'deal.created', 'https://f.example/', 'failed', 99, 'event', 1, '{}', now();
  insert into public.contacts (id, organization_id, first_name, company, custom_fields) values
    ('0190a100-0000-4000-8000-000000000001', '${OURS}', 'ann', 'x', '{"a": 1, "tags": ["p"]}'),
    ('0190a100-0000-4000-8000-000000000002', '${OURS}', 'bob', 'x', '{"a": 5, "tags": ["p"]}'),
    ('0190a100-0000-4000-8000-000000000003', '${OURS}', 'cid', null, '{"a": null}');
  insert into public.deals (organization_id, title, contact_id, stage, value) values
    ('${OURS}', 'one', '0190a100-0000-4000-8000-000000000001', 'won', 10.5),
    ('${OURS}', 'two', '0190a100-0000-4000-8000-000000000001', 'lost', 20),
    ('${OURS}', 'three', '0190a100-0000-4000-8000-000000000002', 'won', 7);
`

for (const engine of ENGINES) {
  describe(`aggregates (${engine})`, () => {
    let fixture: Fixture
    const ask: Fixture['ask'] = async (...parameters) => await fixture.ask(...parameters)
    const rows = async (path: string, more: Ask = {}): Promise<unknown> => {
      const { status, json, body } = await ask('GET', path, more)
      assert.ok(status === 200 || status === 206, body)
      return json
    }

    before(async () => {
      fixture = await openFixture(engine)
    })
    beforeEach(async () => {
      await fixture.reset()
      await fixture.database.execute(THEIR_LOG)
    })
    after(async () => await fixture.close())

    it('rows are counted, summed, averaged and compared, all together without other columns', async () => {
      const select =
        'count(),attempt.sum(),attempt.avg(),attempt.min(),attempt.max(),errors:error_message.count()'
      assert.deepEqual(await rows(`${L}?select=${select}`), [
        { count: 5, sum: 15, avg: 3, min: 1, max: 5, errors: 4 },
      ])
      assert.deepEqual(await rows(`${L}?select=count()&status=eq.nope`), [{ count: 0 }])
      assert.deepEqual(await rows(`${L}?select=count`), [{ count: 5 }])
    })

    it('numbers of one organization never include rows of another', async () => {
      const select = 'select=attempt.max(),count()'
      assert.deepEqual(await rows(`${L}?${select}`), [{ max: 5, count: 5 }])
      assert.deepEqual(await rows(`${L}?${select}`, { principal: operator }), [{ max: 99, count: 6 }])
    })

    it('rows are grouped by the other selected columns', async () => {
      assert.deepEqual(await rows(`${L}?select=status,count(),top:attempt.max()&order=status`), [
        { status: 'failed', count: 4, top: 4 },
        { status: 'success', count: 1, top: 5 },
      ])
      assert.deepEqual(await rows(`deals?select=state:stage,value.sum()&order=stage.desc&title=neq.two`), [
        { state: 'won', sum: 17.5 },
      ])
    })

    it('casts apply before and after the aggregate', async () => {
      const select =
        'total:attempt.sum()::text,headers:request_headers->>x-webhook-attempt::int.sum(),count()::text'
      assert.deepEqual(await rows(`${L}?select=${select}`), [{ total: '15', headers: 15, count: '5' }])
      assert.deepEqual(await rows(`${L}?select=day:created_at::date,count()&order=day`), [
        { day: '2025-01-15', count: 1 },
        { day: '2025-01-16', count: 4 },
      ])
    })

    it('values inside of JSON can be grouped by, aggregated and ordered by', async () => {
      assert.deepEqual(
        await rows(`contacts?select=custom_fields->tags,count()&order=custom_fields->tags.asc.nullsfirst`),
        [
          { tags: null, count: 1 },
          { tags: ['p'], count: 2 },
        ],
      )
      assert.deepEqual(
        await rows(`contacts?select=company,custom_fields->a::int.sum()&order=company.nullslast`),
        [
          { company: 'x', sum: 6 },
          { company: null, sum: null },
        ],
      )
      assert.deepEqual(
        await rows(`${L}?select=n:request_headers->>x-webhook-attempt,count()&order=n.desc&limit=1`),
        [{ n: '5', count: 1 }],
      )
    })

    it('groups can be ordered by an aggregate, by its name or alias', async () => {
      assert.deepEqual(await rows(`deals?select=stage,n:count()&order=n.desc,stage`), [
        { stage: 'won', n: 2 },
        { stage: 'lost', n: 1 },
      ])
      assert.deepEqual(await rows(`deals?select=stage,value.max()&order=max.desc&limit=1`), [
        { stage: 'lost', max: 20 },
      ])
    })

    it('counts and pages are about groups', async () => {
      const page = await ask('GET', `deals?select=stage,count()&order=stage&limit=1`, { headers: counted })
      assert.deepEqual([page.status, page.headers['content-range']], [206, '0-0/2'])
      const next = await ask('GET', `deals?select=stage,count()&order=stage`, {
        headers: { ...counted, range: '1-1' },
      })
      assert.deepEqual([next.json, next.headers['content-range']], [[{ stage: 'won', count: 2 }], '1-1/2'])
      const all = await ask('GET', 'deals?select=count()&title=eq.nope', { headers: counted })
      assert.deepEqual([all.status, all.headers['content-range']], [200, '0-0/1'])
      const head = await ask('HEAD', 'deals?select=stage,count()', { headers: counted })
      assert.deepEqual([head.body, head.headers['content-range']], ['', '0-1/2'])
    })

    it('embedded rows are aggregated for each row', async () => {
      assert.deepEqual(
        await rows(`contacts?select=first_name,deals(stage,value.sum())&order=first_name&deals.order=stage`),
        [
          {
            first_name: 'ann',
            deals: [
              { stage: 'lost', sum: 20 },
              { stage: 'won', sum: 10.5 },
            ],
          },
          { first_name: 'bob', deals: [{ stage: 'won', sum: 7 }] },
          { first_name: 'cid', deals: [] },
        ],
      )
      assert.deepEqual(await rows(`contacts?select=deals(value.sum(),n:count())&order=first_name`), [
        { deals: [{ sum: 30.5, n: 2 }] },
        { deals: [{ sum: 7, n: 1 }] },
        { deals: [{ sum: null, n: 0 }] },
      ])
      for (const count of ['count', 'count()'])
        assert.deepEqual(await rows(`contacts?select=deals(${count})&first_name=eq.ann`), [
          { deals: [{ count: 2 }] },
        ])
    })

    it('an inner join leaves out rows whose aggregate is of no rows', async () => {
      assert.deepEqual(
        await rows(`contacts?select=first_name,deals!inner(value.sum())&deals.stage=eq.lost`),
        [{ first_name: 'ann', deals: [{ sum: 20 }] }],
      )
      assert.deepEqual(await rows(`deals?select=title,contacts!inner(count())&contacts.first_name=eq.bob`), [
        { title: 'three', contacts: { count: 1 } },
      ])
    })

    it('rows are grouped by what is embedded', async () => {
      assert.deepEqual(await rows('deals?select=contacts(first_name),value.sum()&order=sum'), [
        { contacts: { first_name: 'bob' }, sum: 7 },
        { contacts: { first_name: 'ann' }, sum: 30.5 },
      ])
      assert.deepEqual(await rows(`${L}?select=${W}(name,headers),count()`), [
        { [W]: { name: 'a', headers: { x: '1', n: 5, l: [7, 8] } }, count: 5 },
      ])
      assert.deepEqual(await rows('contacts?select=deals(title),count()&deals.title=eq.one&order=count'), [
        { deals: [{ title: 'one' }], count: 1 },
        { deals: [], count: 2 },
      ])
    })

    it('rows are grouped by the columns of a spread row, and its aggregates are those of its parent', async () => {
      assert.deepEqual(
        await rows('deals?select=...contacts(who:first_name),value.sum()&order=contacts(first_name)'),
        [
          { who: 'ann', sum: 30.5 },
          { who: 'bob', sum: 7 },
        ],
      )
      assert.deepEqual(
        await rows('deals?select=stage,...contacts(n:count(),custom_fields->a::int.max())&order=stage'),
        [
          { stage: 'lost', n: 1, max: 1 },
          { stage: 'won', n: 2, max: 5 },
        ],
      )
      assert.deepEqual(await rows(`${L}?select=...${W}(headers),count()`), [
        { headers: { x: '1', n: 5, l: [7, 8] }, count: 5 },
      ])
    })

    it('groups are written as CSV and without nulls', async () => {
      const csv = await ask(
        'GET',
        'contacts?select=company,count(),custom_fields->a::int.sum()&order=company',
        {
          headers: { accept: 'text/csv' },
        },
      )
      assert.equal(csv.body, 'company,count,sum\nx,2,6\n,1,')
      const accept = 'application/vnd.pgrst.object+json;nulls=stripped'
      assert.deepEqual(
        await rows('contacts?select=company,count()&company=is.null', { headers: { accept } }),
        { count: 1 },
      )
    })

    it('the rows that a write returns can be aggregated', async () => {
      const answer = await ask('PATCH', 'deals?stage=eq.won&select=count(),value.sum()', {
        body: { stage: 'lost' },
        headers: { prefer: 'return=representation' },
      })
      assert.deepEqual([answer.status, answer.json], [200, [{ count: 2, sum: 17.5 }]])
    })

    it('an aggregate that the type does not have, or an order by what is not grouped, is refused', async () => {
      expectError(await ask('GET', `${L}?select=status.sum()`), 404, '42883')
      expectError(await ask('GET', `${L}?select=status,count()&order=attempt`), 400, '42803')
      expectError(await ask('GET', `${L}?select=nope.sum()`), 400, '42703')
      expectError(await ask('GET', `${L}?select=attempt.median()`), 400, 'PGRST100')
      expectError(await ask('GET', `${L}?select=attempt.sum()::nope`), 400, '42704')
      expectError(await ask('GET', `${W}?select=secret.max()`), 400, '42703')
      const several = await ask('GET', 'contacts?select=first_name,...deals(value.sum())')
      assert.match(expectError(several, 400, 'PGRST127')['details'] ?? '', /one-to-many/)
    })
  })
}
