import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { newId } from '../src/domain/ids.ts'
import { EventTooLarge, StreamsUnavailable } from '../src/streams/errors.ts'
import type { ErrorBody } from './harness/api.ts'
import { ENGINES } from './harness/databases.ts'
import { OURS, THEIRS, openApi } from './harness/in-process-api.ts'
import type { Answer, Ask, InProcessApi } from './harness/in-process-api.ts'
import { RecordedStreams } from './harness/recorded-streams.ts'
import { until } from './harness/until.ts'

const MAX_BACKLOG = 500
const TRACEPARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

type Post = (body: unknown, more?: Ask) => Promise<Answer<ErrorBody>>
const poster =
  (api: InProcessApi, path = 'webhook_events'): Post =>
  (body, more = {}) =>
    api.ask<ErrorBody>('POST', path, { body, ...more })

const event = (more: object = {}): object => ({
  organization_id: OURS,
  event: 'deal.created',
  data: { n: 1 },
  ...more,
})

for (const engine of ENGINES) {
  suite(`posts of events to streams (${engine})`, () => {
    const streams = new RecordedStreams()
    /** With streams. */
    let api: InProcessApi
    /** Without. */
    let plain: InProcessApi
    let post: Post
    before(async () => {
      api = await openApi(engine, { MAX_BACKLOG: String(MAX_BACKLOG) }, { streams })
      plain = await openApi(engine)
      post = poster(api)
    })
    beforeEach(() => {
      streams.confirm = () => {}
      streams.waiting = 0
    })
    after(async () => {
      await api.close()
      await plain.close()
    })

    const countStored = async (): Promise<number> => {
      const { rows } = await api.database.query<{ count: number }>(
        'select count(*)::int as count from webhooks.webhook_events',
      )
      return rows[0]!.count
    }
    const shown = ({ status, headers, json }: Answer<unknown>): object => ({
      status,
      json,
      headers: { ...headers, date: null, 'x-request-id': null },
    })

    test('a post is answered when the streams have confirmed its events', async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      streams.confirm = () => {
        begin()
        return promise
      }
      let isAnswered = false
      const answer = post(event()).finally(() => (isAnswered = true))
      await begun
      await api.ask('GET', 'webhook_event_types?limit=1')
      assert.equal(isAnswered, false)
      resolve()
      assert.equal((await answer).status, 201)
    })

    test('a published event is not stored by the API', async () => {
      const stored = await countStored()
      const published = await streams.during(async () => await post([event(), event()]))
      assert.deepEqual([published[0]?.events.length, await countStored()], [2, stored])
    })

    test('a published event has the same values as one that is stored', async () => {
      const id = newId()
      const body = event({
        id,
        timestamp: '2026-01-02T03:04:05.123456789+01:00',
        previous: { a: 1 },
        data: { at: 'é' },
      })
      const headers = { traceparent: TRACEPARENT }
      const [published] = await streams.during(async () => {
        const { status } = await post(body, { key: await api.storeKey(OURS, 'emit'), headers })
        assert.equal(status, 201)
      })
      await poster(plain)(body, { key: await plain.storeKey(OURS, 'emit'), headers })
      const { rows } = await plain.database.query(
        `select id, organization_id, event, data, previous, source, origin, traceparent,
           to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp
         from webhooks.webhook_events where id = $1`,
        [id],
      )
      const { created_ms, ...values } = published!.events[0]!
      assert.deepEqual(values, rows[0])
      assert.ok(Math.abs(created_ms - Date.now()) < 60_000)
    })

    test('an event has the origin that the request names', async () => {
      const [published] = await streams.during(() =>
        post(event(), { headers: { 'x-webhooks-origin': 'crm' } }),
      )
      assert.equal(published?.events[0]?.origin, 'crm')
    })

    test('a published post gets the same response as a stored one', async () => {
      for (const headers of [{}, { prefer: 'return=minimal' }] as Record<string, string>[]) {
        assert.deepEqual(
          shown(await post(event(), { headers })),
          shown(await poster(plain)(event(), { headers })),
        )
      }
    })

    for (const [what, path, headers] of [
      ['asks for the rows', 'webhook_events', { prefer: 'return=representation' }],
      ['has a query string', 'webhook_events?columns=organization_id,event,data', {}],
      ['has an Idempotency-Key', 'webhook_events', { 'idempotency-key': 'once' }],
    ] as [string, string, Record<string, string>][]) {
      test(`a post that ${what} is stored in the database`, async () => {
        const stored = await countStored()
        const published = await streams.during(async () => {
          assert.equal((await poster(api, path)(event(), { headers })).status, 201)
        })
        assert.deepEqual([published, await countStored()], [[], stored + 1])
      })
    }

    for (const [what, body, scope] of [
      ['an unknown event type', event({ event: 'deal.create' })],
      ['a field that does not exist', event({ nope: 1 })],
      ['data that is a list', event({ data: [] })],
      ['previous that is a text', event({ previous: 'x' })],
      ['an event of another organization', event({ organization_id: THEIRS })],
      ['an event of another organization after its own', [event(), event({ organization_id: THEIRS })]],
      ['a time before 1970', event({ timestamp: '1969-12-31T23:59:59Z' })],
      ['a time after 9999', event({ timestamp: '9999-12-31T23:59:59.9999999Z' })],
      ['a time in one row only', [event({ timestamp: '2026-01-01T00:00:00Z' }), event()]],
      ['an id in one row only', [event({ id: newId() }), event()]],
      ['an id that is none', event({ id: 'x' })],
      ['a NUL in a text', event({ data: { text: '\0' } })],
      ['too much data', event({ data: { text: 'x'.repeat(300_000) } })],
      ['too many rows', Array.from({ length: 1_001 }, () => event())],
      ['a body that is no JSON', '{'],
      ['a key that may only read', event(), 'read'],
    ] as [string, unknown, 'read'?][]) {
      test(`a post with ${what} gets the same error as without streams`, async () => {
        const published = await streams.during(async () => {
          const [ours, theirs] = await Promise.all(
            [api, plain].map(async (each) =>
              shown(await poster(each)(body, { key: await each.storeKey(OURS, scope ?? 'emit') })),
            ),
          )
          assert.deepEqual(ours, theirs)
          assert.ok((ours as { status: number }).status >= 400)
        })
        assert.deepEqual(published, [])
      })
    }

    test('a new event type can be emitted, and a deleted one cannot', async () => {
      await post(event())
      await api.ask('POST', 'webhook_event_types', { body: { name: 'invoice.paid', description: 'x' } })
      const paid = event({ event: 'invoice.paid' })
      const published = await streams.during(async () => assert.equal((await post(paid)).status, 201))
      assert.equal(published.length, 1)
      await api.ask('DELETE', 'webhook_event_types?name=eq.invoice.paid')
      assert.equal((await post(paid)).status, 400)
    })

    test('a post that the streams do not confirm is refused for now, with nothing internal in the response', async () => {
      streams.confirm = () => {
        throw new StreamsUnavailable('webhooks-3 at nats://10.0.0.7 has no quorum')
      }
      const { status, headers, json } = await post([event(), event({ organization_id: THEIRS })])
      assert.deepEqual([status, json.code, headers['retry-after']], [503, '53000', '2'])
      assert.match(json.hint ?? '', /Some of its events may be stored already/)
      assert.doesNotMatch(JSON.stringify(json), /nats|quorum|webhooks-3|10\.0\.0\.7/i)
    })

    test('an event that the streams cannot store is too large', async () => {
      streams.confirm = () => {
        throw new EventTooLarge([], 1_024)
      }
      const { status, json } = await post(event())
      assert.deepEqual([status, json.code], [413, '54000'])
      assert.doesNotMatch(JSON.stringify(json), /1,?024|payload/)
    })

    test('posts are refused while too many messages wait in the streams', async () => {
      streams.waiting = MAX_BACKLOG + 1
      const refused = await until('a refusal', async () => {
        const answer = await post(event())
        return answer.status === 503 ? answer : undefined
      })
      assert.deepEqual([refused.json.code, refused.headers['retry-after']], ['53000', '2'])
      streams.waiting = MAX_BACKLOG
      await until('a post to be accepted', async () => (await post(event())).status === 201)
    })

    test('a full outbox refuses the posts that are stored in the database, and no others', async () => {
      const headers = { prefer: 'return=representation' }
      await post(
        Array.from({ length: MAX_BACKLOG + 1 }, () => event()),
        { headers },
      )
      await until('a refusal', async () => (await post(event(), { headers })).status === 503)
      assert.equal((await post(event())).status, 201)
      await api.database.query('delete from webhooks_internal.outbox')
    })
  })
}
