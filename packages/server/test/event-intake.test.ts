import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { readBacklog } from '../src/api/intake/backlog.ts'
import { newId } from '../src/domain/ids.ts'
import type { ErrorBody } from './harness/api.ts'
import { EVERY_ENGINE } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { Ask, InProcessApi } from './harness/in-process-api.ts'
import { until } from './harness/until.ts'

const MAX_BACKLOG = 500

for (const engine of EVERY_ENGINE) {
  suite(`concurrent posts of events (${engine})`, () => {
    let api: InProcessApi
    before(async () => {
      // No worker empties the outbox here.
      api = await openApi(engine, { MAX_BACKLOG: String(MAX_BACKLOG) })
    })
    after(async () => await api.close())

    const event = (more: object = {}) => ({
      organization_id: OURS,
      event: 'deal.created',
      data: { n: 1 },
      ...more,
    })
    const post = async (body: unknown, more: Ask = {}) =>
      await api.ask<ErrorBody>('POST', 'webhook_events', { body, ...more })

    /** The number of events that `work` stored, and of the transactions that stored them. */
    async function measure(work: () => Promise<unknown>): Promise<{ events: number; transactions: number }> {
      const { rows: started } = await api.database.query<{ at: Date }>('select clock_timestamp() as at')
      await work()
      const { rows } = await api.database.query<{ events: number; transactions: number }>(
        // All rows of a transaction have the same time: its start.
        `select count(*)::int as events, count(distinct created_at)::int as transactions
         from webhooks.webhook_events where created_at > $1`,
        [started[0]!.at],
      )
      return rows[0]!
    }

    test('concurrent posts of events are stored in far fewer transactions than posts', async () => {
      const posts = 100
      const { events, transactions } = await measure(async () => {
        const answers = await Promise.all(
          Array.from({ length: posts }, (_, n) => post(event({ data: { n } }))),
        )
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
      })
      assert.equal(events, posts)
      assert.ok(transactions <= 10, `${transactions} transactions`)
    })

    test('a post that can be batched with others gets the same response as one that cannot', async () => {
      const grouped = await post(event(), { headers: { prefer: 'return=minimal' } })
      // A post with a query string is not batched.
      const alone = await api.ask('POST', 'webhook_events?columns=organization_id,event,data', {
        body: event(),
        headers: { prefer: 'return=minimal' },
      })
      const shown = ({ headers }: { headers: object }): object => ({
        ...headers,
        date: null,
        'x-request-id': null,
      })
      assert.deepEqual([grouped.status, shown(grouped)], [alone.status, shown(alone)])
    })

    test('an invalid post gets its own error and does not affect concurrent posts', async () => {
      const key = await api.storeKey(OURS, 'emit')
      const [wrongType, wrongField, foreign, ...right] = await Promise.all([
        post(event({ event: 'deal.create' }), { key }),
        post(event({ nope: 1 }), { key }),
        post(event({ organization_id: THEIRS }), { key }),
        ...Array.from({ length: 5 }, () => post(event(), { key })),
      ])
      assert.deepEqual(
        [wrongType, wrongField, foreign].map(({ status, json }) => [status, json.code]),
        [
          [400, '22023'],
          [400, 'PGRST204'],
          [403, '42501'],
        ],
      )
      assert.deepEqual(
        right.map(({ status }) => status),
        [201, 201, 201, 201, 201],
      )
    })

    test('concurrent posts with the same id create one event', async () => {
      const id = newId()
      const { events } = await measure(async () => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => post(event({ id }))))
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
      })
      assert.equal(events, 1)
    })

    test('an event can have an id that another organization uses', async () => {
      const key = await api.storeKey(OURS, 'emit')
      const taken = newId()
      await post(event({ id: taken, organization_id: THEIRS }))
      const { events } = await measure(async () => {
        const answers = await Promise.all([
          post([event({ id: taken }), event({ id: newId() })], { key }),
          post(event({ id: newId() }), { key }),
        ])
        assert.deepEqual(
          answers.map(({ status }) => status),
          [201, 201],
        )
      })
      assert.equal(events, 3)
    })

    test('concurrent posts of two organizations store each event in its own organization', async () => {
      const [ours, theirs] = [await api.storeKey(OURS, 'emit'), await api.storeKey(THEIRS, 'emit')]
      const [a, b] = [newId(), newId()]
      await Promise.all([
        post(event({ id: a }), { key: ours }),
        post(event({ id: b, organization_id: THEIRS }), { key: theirs }),
      ])
      const { json } = await api.ask(
        'GET',
        `webhook_events?id=in.(${a},${b})&select=id,organization_id&order=id`,
      )
      assert.deepEqual(
        json,
        [
          { id: a, organization_id: OURS },
          { id: b, organization_id: THEIRS },
        ].toSorted((one, other) => (one.id < other.id ? -1 : 1)),
      )
    })

    test('concurrent posts keep the exact text of their data', async () => {
      const ids = [newId(), newId()]
      const data = '{"b": 1.10, "a":12345678901234567890}'
      await Promise.all(
        ids.map((id) =>
          post(`{"id":"${id}","organization_id":"${OURS}","event":"deal.created","data":${data}}`),
        ),
      )
      const { rows } = await api.database.query<{ data: string }>(
        'select data from webhooks.webhook_events where id = any($1::uuid[])',
        [`{${ids.join(',')}}`],
      )
      assert.deepEqual(
        rows.map((row) => row.data),
        [data, data],
      )
    })

    test('posts of events are refused while the backlog is full, and accepted again when it is not', async () => {
      const filling = await post(Array.from({ length: MAX_BACKLOG + 1 }, () => event()))
      assert.equal(filling.status, 201)
      const refused = await until503()
      assert.deepEqual([refused.json.code, refused.headers['retry-after']], ['53000', '2'])
      assert.equal((await api.ask('GET', 'webhook_events?limit=1')).status, 200)
      const contact = await api.ask('POST', 'contacts', { body: { organization_id: OURS } })
      assert.equal(contact.status, 201)
      await api.database.query('delete from webhooks_internal.outbox')
      await until('a post to be accepted', async () => (await post(event())).status === 201)
    })

    test('an event that cannot leave the outbox does not count for those that were accepted after it', async () => {
      await api.database.query('delete from webhooks_internal.outbox')
      await post(event())
      await api.database.query(
        `select setval(pg_get_serial_sequence('webhooks_internal.outbox', 'id'), 1000000 + (select max(id) from webhooks_internal.outbox))`,
      )
      await post(event())
      assert.equal(await readBacklog(api.database, MAX_BACKLOG), 2)
      await api.database.query('delete from webhooks_internal.outbox')
    })

    /** The backlog is checked a few times a second. */
    async function until503() {
      return await until('a refusal', async () => {
        const answer = await post(event())
        return answer.status === 503 ? answer : undefined
      })
    }
  })
}
