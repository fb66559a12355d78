import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import type { ErrorBody } from './harness/api.ts'
import { HEAVY } from './harness/full-run.ts'
import { SERVICE_KEY } from './harness/server-process.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { InProcessApi } from './harness/in-process-api.ts'

const BACK_REFERENCES = '^(aa*)(aa*)(aa*)(aa*)\\1\\2\\3\\4b$'
/** PostgreSQL compares this at every character of a text that does not contain it. */
const COSTLY_LIKE = `*${'a'.repeat(250)}b*`

for (const engine of ENGINES) {
  suite(`limits of an organization's queries (${engine})`, () => {
    let api: InProcessApi
    let ours: string
    let theirs: string
    before(async () => {
      api = await openApi(engine)
      ours = await api.storeKey(OURS, 'read')
      theirs = await api.storeKey(THEIRS, 'read')
      await api.database.query(
        `insert into webhooks.webhook_events (organization_id, event, data)
         select $1, 'deal.created', json_build_object('s', repeat('a', 3001)) from generate_series(1, 3)`,
        [OURS],
      )
    })
    after(() => api.close())

    const events = (search: string, key = ours) =>
      api.ask<ErrorBody>('GET', `webhook_events?${search}`, { key })
    const filter = (text: string): string => `data->>s=${encodeURIComponent(text)}`

    test('a pattern with back references is refused with 400 and a hint at what is allowed', async () => {
      const { status, json } = await events(filter(`match.${BACK_REFERENCES}`))
      assert.deepEqual([status, json.code], [400, '54001'])
      assert.match(json.message, /back reference/)
      assert.match(json.hint ?? '', /\[\.\.\.\], \(\.\.\.\), \|, \*/)
    })

    test('a pattern with back references is refused in a logic tree, in imatch, and with a quantifier', async () => {
      for (const search of [
        `or=(and(data->>s.match."${encodeURIComponent(BACK_REFERENCES.replaceAll('\\', '\\\\'))}"))`,
        filter(`not.imatch.${BACK_REFERENCES}`),
        filter(`match(any).{"${BACK_REFERENCES}"}`),
      ]) {
        const { status, json } = await events(search)
        assert.deepEqual([status, json.code], [400, '54001'], search)
      }
    })

    test('a pattern that matches in linear time is accepted', async () => {
      const { status, json } = await events(`select=id&${filter('match.^(a|aa)+$')}`)
      assert.deepEqual([status, (json as unknown as unknown[]).length], [200, 3])
    })

    test('a query that costs too much for one row is refused, with its number and the limit', async () => {
      const many = (count: number, text: string): string => Array(count).fill(text).join(',')
      const refused: [string, RegExp][] = [
        [filter(`like.${'a'.repeat(257)}`), /like: the value has 257 characters/],
        [filter(`fts.${'a'.repeat(1_001)}`), /fts: the value has 1001 characters/],
        [`data=cs.[${many(150, '1')}]`, /cs: the value has more than 100 elements/],
        [`or=(${many(11, 'data->>s.like.*a*')})`, /has 11 conditions that look through texts, at most 10/],
        [`or=(${many(201, 'event.eq.a')})`, /has 201 conditions, at most 200/],
        [`select=${many(101, 'data->a')}`, /has 101 steps into JSON values, at most 100/],
        [`order=${many(21, 'event')}`, /has 21 columns to order by, at most 20/],
      ]
      for (const [search, message] of refused) {
        const { status, json } = await events(search)
        assert.deepEqual([status, json.code], [400, '54001'], search.slice(0, 100))
        assert.match(json.message, message)
      }
    })

    test('the operator may use a pattern with back references', async () => {
      const { status } = await events(filter('match.^(a)\\1'), SERVICE_KEY)
      assert.equal(status, 200)
    })

    test('a query with a list of a thousand ids is accepted', async () => {
      const ids = Array.from(
        { length: 1_000 },
        (_, index) => `0190a000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      )
      assert.equal((await events(`id=in.(${ids.join(',')})`)).status, 200)
    })

    test(
      'a query that reads too many rows is stopped, even where statements cannot be cancelled',
      HEAVY,
      async () => {
        await api.database.query(
          `insert into webhooks.webhook_events (organization_id, event, data)
         select $1, 'deal.updated', json_build_object('s', repeat('a', 250000)) from generate_series(1, 500)`,
          [OURS],
        )
        const { status, json } = await events(
          `select=id&event=eq.deal.updated&${filter(`like.${COSTLY_LIKE}`)}`,
        )
        assert.deepEqual([status, json.code], [500, '57014'])
      },
    )

    test(
      'a dozen slow queries of one organization leave connections for the others',
      { skip: engine === 'pglite' || HEAVY.skip },
      async () => {
        let answered = 0
        const slow = Array.from({ length: 12 }, async () => {
          const { status } = await events(`select=id&event=eq.deal.updated&${filter(`like.${COSTLY_LIKE}`)}`)
          answered += 1
          return status
        })
        const neighbour = await events('select=id', theirs)
        assert.deepEqual([neighbour.status, answered], [200, 0])
        assert.equal((await api.inject('GET', '/health/ready')).statusCode, 200)
        assert.equal(answered, 0)
        for (const status of await Promise.all(slow)) assert.match(String(status), /^(?:500|503)$/)
      },
    )
  })
}
