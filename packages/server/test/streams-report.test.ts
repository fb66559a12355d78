import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { checkNats, checkStreams as describeStreams } from '../src/cli/client/stream-checks.ts'
import type { Finding } from '../src/cli/client/finding.ts'
import { checkStreams } from '../src/observability/streams-check.ts'
import { openEventStreams } from '../src/streams/event-streams.ts'
import type { EventStreams } from '../src/streams/event-streams.ts'
import type { StreamedEvent } from '../src/streams/event-message.ts'
import type { NatsCluster } from './harness/nats-cluster.ts'
import { natsMissing, startNats } from './harness/nats-cluster.ts'
import { LONG, until } from './harness/until.ts'

const PARTITIONS = 2
const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'

const event = (): StreamedEvent => ({
  id: crypto.randomUUID(),
  organization_id: ORGANIZATION,
  event: 'deal.created',
  data: '{}',
  previous: null,
  timestamp: new Date().toISOString(),
  source: 'api',
  origin: null,
  traceparent: null,
  created_ms: Date.now(),
})

async function findings(urls: string): Promise<Finding[]> {
  const found: Finding[] = []
  const environment = { NATS_URL: urls, NATS_PARTITIONS: String(PARTITIONS) }
  for await (const finding of checkNats(environment)) found.push(finding)
  return found
}

const find = (all: readonly Finding[], check: string): Finding | undefined =>
  all.find((finding) => finding.check.startsWith(check))

suite('what operators are told of a cluster', { skip: natsMissing, ...LONG }, () => {
  let nats: NatsCluster
  let streams: EventStreams
  before(async () => {
    nats = await startNats({ servers: 3 })
    streams = await openEventStreams({
      url: nats.urls.map((url) => new URL(url)),
      nodeId: 'node',
      partitions: PARTITIONS,
      replicas: 3,
      waitMs: 30_000,
      log: pino({ level: 'silent' }),
    })
  })
  after(async () => {
    await streams?.close()
    await nats?.stop()
  })
  const check = async () => await checkStreams(streams, 10_000)

  test('partitions that nobody reads are reported, with the events that wait in them', async () => {
    await streams.publish([event()])
    const state = await until('current replicas', async () => {
      const read = await check()
      return read.replicas_behind === 0 ? read : undefined
    })
    assert.equal(state.status, 'degraded')
    assert.deepEqual(
      [state.partitions, state.without_leader, state.without_owner, state.messages, state.refused],
      [PARTITIONS, 0, PARTITIONS, 1, 0],
    )
    const [first] = [...describeStreams(state)]
    assert.equal(first?.status, 'problem')
    assert.match(first.message, /^no node reads 2 of 2 partitions/)
    const partitions = find(await findings(nats.url), 'partitions')
    assert.equal(partitions?.message, 'no node reads any')
  })

  test('a healthy cluster is ok in readiness and for doctor, which names servers and owners', async () => {
    const reading = streams.read({
      onMessage: (message) => message.done(),
      room: async () => await Promise.resolve(),
      onLost: () => {},
    })
    const state = await until('owners', async () => {
      const read = await check()
      return read.status === 'ok' && read.messages === 0 ? read : undefined
    })
    assert.deepEqual(
      [...describeStreams(state)].map(({ status, message }) => [status, message]),
      [
        ['ok', '2 partitions, each with a leader, current replicas, and a node that reads it'],
        ['ok', 'no messages are waiting'],
      ],
    )
    const all = await findings(nats.url)
    assert.deepEqual(
      all.map(({ status }) => status),
      ['ok', 'ok', 'ok', 'ok', 'ok'],
    )
    assert.match(
      all[0]?.message ?? '',
      /^n0 responds: version \d+\.\d+\.\d+, JetStream, messages of up to 1 MiB$/,
    )
    assert.equal(find(all, 'partitions')?.message, '2, read by one process: node 2')
    await reading.release()
  })

  test('a refused message is counted, and doctor says where to see it', async () => {
    await streams.refuse(event(), 'a reason')
    const state = await check()
    assert.equal(state.refused, 1)
    assert.match([...describeStreams(state)].at(-1)?.message ?? '', /^1 could not be processed/)
  })

  test('a server that is down is named by doctor, and its replicas are behind', async () => {
    await nats.kill(2)
    const state = await until('a replica behind', async () => {
      const read = await check()
      return read.replicas_behind === PARTITIONS ? read : undefined
    })
    assert.equal(state.without_leader, 0)
    const down = find(await findings(nats.url), `NATS server ${new URL(nats.urls[2]!).host}`)
    assert.equal(down?.status, 'problem')
    assert.match(down.message, /^cannot be reached: /)
  })

  test('without a majority of servers the streams are unavailable', async () => {
    await nats.kill(1)
    await until('no answer', async () => (await checkStreams(streams, 2_000)).status === 'unavailable')
    const [finding] = [...describeStreams({ status: 'unavailable' })]
    assert.match(finding?.message ?? '', /NATS does not respond/)
  })
})

test('doctor says what is wrong with NATS_URL, without its password', async () => {
  const [finding, ...others] = await findings('http://user:hidden@nats')
  assert.equal(finding?.status, 'problem')
  assert.match(finding.message, /nats:\/\//)
  assert.doesNotMatch(finding.message, /hidden/)
  assert.deepEqual(others, [])
})
