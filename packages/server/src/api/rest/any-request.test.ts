import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ENGINES } from '../../../test/harness/databases.ts'
import { newId } from '../../ids.ts'
import { HOOK_A, OURS, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

/** Requests that are nearly right, so that most of what is wrong with them is met as late as can be. */

/** Mostly one of the usual ones. */
const mostly = <T>(usual: readonly T[], odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )
const joined = (separator: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(separator))
const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))

const junk = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'().,:"\\{}->*!&=$1a'.split('')), maxLength: 12 }),
)
const column = mostly(
  ['id', 'name', 'url', 'events', 'is_active', 'headers', 'created_at', 'timeout_ms', 'organization_id'],
  ['secret', 'nope', '*', 'status', ''],
)
const step = mostly(['', '', '', '->a', '->>b', '->0', '->-1', '->>"x y"'], ['->', '->a->>b->c'])
const field = joined('', column, step)
const operator = mostly(
  (
    'eq neq gt lte like ilike match imatch in is isdistinct cs cd ov sl adj fts plfts ' +
    'wfts(english) fts(nope) eq(any) like(all)'
  ).split(' '),
  ['neq(any)', 'foo', ''],
)
const value = fc.oneof(
  { weight: 1, arbitrary: junk },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '1',
      'true',
      'null',
      'a',
      '{a,b}',
      '{1,2}',
      '(1,2)',
      '("a","b")',
      '{"a":1}',
      '[1,2)',
      HOOK_A,
      '2025-01-15',
    ),
  },
)
const operation = joined('', mostly(['', '', 'not.'], ['not.not.']), operator, fc.constant('.'), value)
const { tree } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
  leaf: joined('.', field, operation),
  tree: fc
    .tuple(
      fc.constantFrom('and', 'or', 'not.and', 'not.or'),
      list(fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('tree'))),
    )
    .map(([head, branches]) => `${head}(${branches})`),
}))

const item = fc.oneof(
  { weight: 6, arbitrary: field },
  {
    weight: 3,
    arbitrary: joined('', field, mostly(['::text', '::int', '::jsonb', '::text[]'], ['::nope', '::'])),
  },
  { weight: 1, arbitrary: joined(':', junk, field) },
  { weight: 1, arbitrary: fc.constantFrom('count()', 'id.max()', 'webhook_logs(id)', '...webhook_logs(*)') },
)
const orderTerm = joined('', field, mostly(['', '.asc', '.desc', '.desc.nullslast', '.nullsfirst'], ['.up']))
const number = mostly(['0', '1', '5', '99999999999999999999'], ['-1', 'x', ''])
const pair = (key: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<[string, string]> =>
  fc.tuple(key, text)

const parameter: fc.Arbitrary<[string, string]> = fc.oneof(
  { weight: 8, arbitrary: pair(field, operation) },
  { weight: 2, arbitrary: pair(column, value) },
  {
    weight: 4,
    arbitrary: tree.map((text): [string, string] => {
      const open = text.indexOf('(')
      return [text.slice(0, open), text.slice(open)]
    }),
  },
  { weight: 6, arbitrary: pair(fc.constant('select'), list(item)) },
  { weight: 4, arbitrary: pair(fc.constant('order'), list(orderTerm)) },
  { weight: 2, arbitrary: pair(mostly(['limit', 'offset'], ['webhook_logs.limit']), number) },
  {
    weight: 2,
    arbitrary: pair(
      fc.constantFrom('columns', 'on_conflict'),
      mostly(['id', 'name,url', '"id"'], ['nope', ',']),
    ),
  },
  { weight: 1, arbitrary: pair(junk, junk) },
)
const search = fc
  .array(parameter, { maxLength: 3 })
  .map((parameters) => new URLSearchParams(parameters).toString())

const row = fc.record(
  {
    id: mostly<string | null>([newId(), HOOK_A], ['x', null]),
    organization_id: mostly<string | null>([OURS], ['x', null]),
    name: fc.oneof(junk, fc.constant(5)),
    url: mostly(['https://x.example/'], ['x']),
    events: mostly<fc.JsonValue>([['*'], '{a}'], [[], 'x', { a: 1 }]),
    headers: fc.jsonValue(),
    timeout_ms: mostly<fc.JsonValue>([1_000], [1.5, 1e300, 'x']),
  },
  { requiredKeys: ['organization_id', 'url', 'events'] },
)
const change = fc.record(
  { name: junk, headers: fc.jsonValue(), timeout_ms: fc.integer() },
  { requiredKeys: [] },
)
const body = fc.oneof(
  { weight: 4, arbitrary: row },
  { weight: 4, arbitrary: change },
  { weight: 2, arbitrary: fc.array(row, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: junk },
)

const preference = mostly(
  [
    'return=representation',
    'return=headers-only',
    'count=exact',
    'missing=default',
    'resolution=merge-duplicates',
    'resolution=ignore-duplicates',
    'handling=strict',
  ],
  ['max-affected=1', 'tx=rollback', 'odd=1'],
)
const headers = fc.record({
  prefer: fc.array(preference, { maxLength: 3 }).map((preferences) => preferences.join(', ')),
  accept: mostly(
    ['', '*/*', 'application/json', 'text/csv', 'application/vnd.pgrst.array+json;nulls=stripped'],
    ['application/vnd.pgrst.object+json', 'text/html', ',;,', 'text/csv;q=0.1,application/json'],
  ),
  range: mostly([''], ['0-1', '5-', '3-1', 'x']),
})

const request = fc.record({
  method: mostly(['GET', 'GET', 'HEAD', 'POST', 'PATCH', 'DELETE'], ['PUT']),
  table: mostly(
    ['webhook_configurations'],
    ['webhook_logs', 'webhook_events', 'contacts', 'nope', '__proto__'],
  ),
  search,
  headers,
  body,
})

for (const engine of ENGINES) {
  describe(`any request on ${engine}`, () => {
    let fixture: Fixture

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
    })
    after(async () => await fixture.close())

    it('is answered, or refused with the four keys of an error', async () => {
      const property = fc.asyncProperty(request, async ({ method, table, search: query, ...more }) => {
        const answer = await fixture.ask(method, `${table}?${query}`, more)
        assert.ok(answer.status >= 200 && answer.status < 500, answer.body)
        if (answer.status < 300 || method === 'HEAD') return
        assert.deepEqual(Object.keys(answer.json as object).toSorted(), [
          'code',
          'details',
          'hint',
          'message',
        ])
      })
      await fc.assert(property, { numRuns: 3_000 })
    })

    it('is refused where its nesting would exhaust the stack of the database', async () => {
      const deep = (open: string, close: string): string => open.repeat(5_000) + close.repeat(5_000)
      const tooDeep = [
        await fixture.ask('GET', `contacts?and=${deep('(not.and', ')')}`),
        await fixture.ask('GET', `contacts?select=custom_fields${'->a'.repeat(5_000)}`),
        await fixture.ask('GET', `contacts?select=${deep('a(', ')')}`),
        await fixture.ask('POST', 'contacts', { body: `{"custom_fields":${deep('[', ']')}}` }),
      ]
      assert.deepEqual(
        tooDeep.map(({ status }) => status),
        [400, 400, 400, 400],
      )
    })

    it('is answered up to the nesting and length that are allowed', async () => {
      const tree32 = `${'(not.and'.repeat(32)}(first_name.eq.x)${')'.repeat(32)}`
      const allowed = [
        await fixture.ask('GET', `contacts?and=${tree32}`),
        await fixture.ask('GET', `contacts?select=custom_fields${'->a'.repeat(50)}`),
        await fixture.ask('GET', `contacts?select=${Array.from({ length: 999 }, () => 'id').join(',')}`, {
          headers: { accept: 'text/csv' },
        }),
        await fixture.ask(
          'GET',
          `contacts?or=(${Array.from({ length: 5_000 }, () => 'company.eq.x').join(',')})`,
        ),
        await fixture.ask('GET', `contacts?company=in.(${'x,'.repeat(50_000)})`),
      ]
      assert.deepEqual(
        allowed.map(({ status }) => status),
        [200, 200, 200, 200, 200],
      )
    })
  })
}
