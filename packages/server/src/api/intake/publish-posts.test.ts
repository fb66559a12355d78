import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { RecordedStreams } from '../../../test/harness/recorded-streams.ts'
import { OPERATOR, principalFor } from '../../domain/principal.ts'
import type { Principal } from '../../domain/principal.ts'
import { EventTooLarge, StreamsUnavailable } from '../../streams/errors.ts'
import type { AcceptPost } from './event-intake.ts'
import { createPostPublisher } from './publish-posts.ts'
import { readPost } from './readable-post.ts'

const OURS = '0190a000-0000-7000-8000-000000000001'
const THEIRS = '0190a000-0000-7000-8000-000000000002'
const ID = '0190a000-0000-7000-8000-0000000000aa'
const NOW = Date.UTC(2026, 2, 1, 12, 34, 56, 789)

suite('posts that are published', () => {
  let streams: RecordedStreams
  let accept: AcceptPost
  beforeEach(() => {
    streams = new RecordedStreams()
    const known = new Set(['deal.created', 'deal.updated'])
    const hasAll = async (names: Iterable<string>): Promise<boolean> =>
      [...names].every((name) => known.has(name))
    accept = createPostPublisher({
      streams,
      types: { hasAll, forget: () => {} },
      clock: { now: () => NOW },
    })
  })

  const ours = principalFor(OURS, 'admin')
  const event = (more: object = {}): object => ({
    organization_id: OURS,
    event: 'deal.created',
    data: {},
    ...more,
  })
  async function post(body: unknown, principal: Principal = ours): Promise<boolean> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = {
      method: 'POST',
      table: 'webhook_events',
      search: '',
      headers: {},
      body: text,
      principal,
    }
    const read = readPost(request)
    assert.ok(read, 'an ordinary post')
    return await accept(principal, read)
  }

  test('an event gets what the database would have added', async () => {
    assert.equal(await post(event()), true)
    const [published] = streams.events
    assert.match(published!.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(Number.parseInt(published!.id.replace('-', '').slice(0, 12), 16), NOW)
    assert.deepEqual(published, {
      id: published!.id,
      organization_id: OURS,
      event: 'deal.created',
      data: '{}',
      previous: null,
      timestamp: '2026-03-01T12:34:56.789000Z',
      source: 'api',
      origin: null,
      traceparent: null,
      created_ms: NOW,
    })
  })

  test('an event keeps what the caller gave', async () => {
    await post(
      event({
        id: ID.toUpperCase(),
        organization_id: OURS.toUpperCase(),
        previous: { a: 1 },
        timestamp: '2026-01-02T03:04:05.123456789+01:00',
        source: 'import',
      }),
    )
    const { id, organization_id, previous, timestamp, source } = streams.events[0]!
    assert.deepEqual(
      { id, organization_id, previous, timestamp, source },
      {
        id: ID,
        organization_id: OURS,
        previous: '{"a":1}',
        timestamp: '2026-01-02T02:04:05.123457Z',
        source: 'import',
      },
    )
  })

  test('data and previous are the bytes of the request', async () => {
    const data = '{ "n": 1e400,"id":9007199254740993 ,\n"n" : 1.10, "é":"\\u00e9\\"},{" }'
    const previous = '{"n":\t-0.0}'
    await post(
      `[ {"organization_id":"${OURS}", "data" :  ${data} ,"event":"deal.created","previous":${previous}} ]`,
    )
    assert.deepEqual([streams.events[0]!.data, streams.events[0]!.previous], [data, previous])
  })

  test('the last of a repeated member counts, as in the database', async () => {
    await post(`{"organization_id":"${OURS}","event":"deal.created","data":{"n":1},"data":{"n":2}}`)
    assert.equal(streams.events[0]!.data, '{"n":2}')
  })

  test('a previous of null is none', async () => {
    await post(event({ previous: null }))
    assert.equal(streams.events[0]!.previous, null)
  })

  test('events have the origin and the trace of the caller', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    await post(event(), { ...ours, origin: 'crm', traceparent })
    assert.deepEqual([streams.events[0]!.origin, streams.events[0]!.traceparent], ['crm', traceparent])
  })

  test('an origin is cut to 200 characters', async () => {
    await post(event(), { ...ours, origin: '😀'.repeat(201) })
    assert.equal(streams.events[0]!.origin, '😀'.repeat(200))
  })

  for (const scope of ['admin', 'emit'] as const) {
    test(`a key with the scope ${scope} publishes events of its organization`, async () => {
      assert.equal(await post(event(), principalFor(OURS, scope)), true)
    })

    test(`a key with the scope ${scope} publishes nothing for another organization`, async () => {
      const body = [event(), event({ organization_id: THEIRS })]
      assert.equal(await post(body, principalFor(OURS, scope)), false)
      assert.deepEqual(streams.publications, [])
    })
  }

  test('a key with the scope read publishes nothing', async () => {
    assert.equal(await post(event(), principalFor(OURS, 'read')), false)
    assert.deepEqual(streams.publications, [])
  })

  test('the operator publishes events of every organization', async () => {
    assert.equal(await post([event(), event({ organization_id: THEIRS })], OPERATOR), true)
    assert.deepEqual(
      streams.events.map(({ organization_id }) => organization_id),
      [OURS, THEIRS],
    )
  })

  for (const [what, wrong] of [
    ['an unknown event type', { event: 'deal.unknown' }],
    ['a time before 1970', { timestamp: '1969-12-31T23:59:59Z' }],
    ['a time that is rounded to the year 10000', { timestamp: '9999-12-31T23:59:59.9999999Z' }],
  ] as const) {
    test(`a post with ${what} is left to the database`, async () => {
      const right = event('timestamp' in wrong ? { timestamp: '2026-01-01T00:00:00Z' } : {})
      assert.equal(await post([right, event(wrong)]), false)
      assert.deepEqual(streams.publications, [])
    })
  }

  test('the first of several events with one id counts', async () => {
    const rows = [1, 2].map((n) => event({ id: ID, data: { n } }))
    assert.equal(await post(rows), true)
    assert.deepEqual(
      streams.events.map(({ data }) => data),
      ['{"n":1}'],
    )
  })

  test('two organizations can have events with one id in a post', async () => {
    await post([event({ id: ID }), event({ id: ID, organization_id: THEIRS })], OPERATOR)
    assert.equal(streams.events.length, 2)
  })

  test('workers are told whether the caller chose the ids', async () => {
    await post(event())
    await post(event({ id: ID }))
    assert.deepEqual(
      streams.publications.map(({ options }) => options.hasGivenIds),
      [false, true],
    )
  })

  test('posts that arrive together for one organization share a publication, even of several callers', async () => {
    const callers = [ours, principalFor(OURS, 'emit'), OPERATOR]
    await Promise.all(callers.map((caller, n) => post(event({ data: { n } }), caller)))
    assert.deepEqual(
      streams.publications.map(({ events }) => events.map(({ data }) => data)),
      [['{"n":0}', '{"n":1}', '{"n":2}']],
    )
  })

  test('posts that arrive during a publication share the next one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    streams.confirm = () => {
      begin()
      return promise
    }
    const posts = [post(event())]
    await begun
    posts.push(post(event()), post(event()))
    resolve()
    await Promise.all(posts)
    assert.deepEqual(
      streams.publications.map(({ events }) => events.length),
      [1, 2],
    )
  })

  test('a publication has at most 1,000 events', async () => {
    const rows = Array.from({ length: 600 }, () => event())
    await Promise.all([post(rows), post(rows)])
    assert.deepEqual(
      streams.publications.map(({ events }) => events.length),
      [600, 600],
    )
  })

  test('posts with the same id that arrive together publish one event', async () => {
    const accepted = await Promise.all([post(event({ id: ID })), post(event({ id: ID }))])
    assert.deepEqual([accepted, streams.events.length], [[true, true], 1])
  })

  test('an organization whose streams do not confirm delays no other', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    streams.confirm = ({ events }) => (events[0]!.organization_id === OURS ? promise : undefined)
    const hanging = post(event())
    assert.equal(await post(event({ organization_id: THEIRS }), principalFor(THEIRS, 'emit')), true)
    resolve()
    await hanging
  })

  test('all posts of a publication that is not confirmed fail', async () => {
    streams.confirm = () => {
      throw new StreamsUnavailable('no quorum')
    }
    const outcomes = await Promise.allSettled([post(event()), post(event())])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  })

  test('posts that wait behind a publication that is not confirmed fail with it', async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    streams.confirm = () => {
      begin()
      return promise
    }
    const posts = [post(event())]
    await begun
    posts.push(post(event()))
    const outcomes = Promise.allSettled(posts)
    // The second one has to be in the queue.
    await new Promise((resolve) => setImmediate(resolve))
    reject(new StreamsUnavailable('no quorum'))
    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.equal(streams.publications.length, 1)
  })

  test('of posts that arrive together, only the one with an event that is too large fails', async () => {
    streams.confirm = ({ events }) => {
      if (events.some(({ data }) => data.length > 100)) throw new EventTooLarge([events[0]!.id], 100)
    }
    const large = post(event({ data: { text: 'x'.repeat(200) } }))
    const small = post(event())
    await assert.rejects(large, EventTooLarge)
    assert.equal(await small, true)
    assert.deepEqual(
      streams.publications.map(({ events }) => events.length),
      [2, 1, 1],
    )
  })
})
