import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ENGINES } from '../../test/harness/databases.ts'
import { newId } from '../domain/ids.ts'
import { junk, mostly, searchOf } from './random-query.ts'
import { HOOK_A, OURS, openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'
import { mainKeysOf } from '../../test/harness/error-keys.ts'

/** Requests whose methods, headers and bodies are nearly valid, so that errors are found as late as possible. */

const search = searchOf('webhook_configurations')

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
/** CSV, or a form, or nearly one of them. */
const lines = fc
  .array(
    fc.array(fc.oneof(fc.constantFrom('name', 'id', 'NULL', OURS, '{*}', '"a\nb"', '[1]', '{"a":1}'), junk), {
      minLength: 1,
      maxLength: 4,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((cells) => ['organization_id,name,url,events', ...cells.map((line) => line.join(','))].join('\n'))
const body = fc.oneof(
  { weight: 4, arbitrary: row },
  { weight: 4, arbitrary: change },
  { weight: 2, arbitrary: fc.array(row, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: junk },
)
const form = fc
  .array(fc.tuple(fc.constantFrom('id', 'organization_id', 'name', 'url', 'events', 'timeout_ms'), junk))
  .map((pairs) => new URLSearchParams(pairs).toString())
const typed = (arbitrary: fc.Arbitrary<unknown>, type: string) =>
  arbitrary.map((sent) => ({ body: sent, headers: { 'content-type': type } }))
const sent = fc.oneof(
  { weight: 12, arbitrary: typed(body, 'application/json') },
  { weight: 3, arbitrary: typed(lines, 'text/csv') },
  { weight: 1, arbitrary: typed(form, 'application/x-www-form-urlencoded') },
  { weight: 1, arbitrary: typed(body, 'text/csv') },
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
  method: mostly(['GET', 'GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT'], ['TRACE']),
  table: mostly(
    ['webhook_configurations'],
    ['webhook_logs', 'webhook_events', 'contacts', 'nope', '__proto__'],
  ),
  search,
  headers,
  sent,
})

for (const engine of ENGINES) {
  describe(`arbitrary requests (${engine})`, () => {
    let fixture: Fixture

    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
    })
    after(async () => await fixture.close())

    it('any request succeeds or is refused with the four keys of an error', async () => {
      const property = fc.asyncProperty(
        request,
        async ({ method, table, search: query, headers: asked, sent: { body: text, headers: type } }) => {
          const path = `${table}?${method === 'PUT' ? `id=eq.${HOOK_A}` : query}`
          const more = { body: text, headers: { ...asked, ...type } }
          const answer = await fixture.ask(method, path, more)
          assert.ok(answer.status >= 200 && answer.status < 500, answer.body)
          if (answer.status < 300 || method === 'HEAD') return
          assert.deepEqual(mainKeysOf(answer.json as object), ['code', 'details', 'hint', 'message'])
        },
      )
      await fc.assert(property, { numRuns: 3_000 })
    })

    it('a request is refused if its nesting would exhaust the stack of the database', async () => {
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

    it('a request succeeds up to the maximum nesting and length', async () => {
      const tree32 = `${'(not.and'.repeat(32)}(first_name.eq.x)${')'.repeat(32)}`
      const allowed = [
        await fixture.ask('GET', `contacts?and=${tree32}`),
        await fixture.ask('GET', `contacts?select=custom_fields${'->a'.repeat(50)}`),
        await fixture.ask('GET', `contacts?select=${Array.from({ length: 999 }, () => 'id').join(',')}`, {
          headers: { accept: 'text/csv' },
        }),
        await fixture.ask(
          'GET',
          `contacts?or=(${Array.from({ length: 200 }, () => 'company.eq.x').join(',')})`,
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
