import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Registry } from 'prom-client'
import type { EventStreams } from '../streams/event-streams.ts'
import type { PartitionState, StreamsState } from '../streams/streams-state.ts'
import { createStreamMetrics, measureStreams } from './stream-metrics.ts'
import type { StreamMetrics } from './stream-metrics.ts'
import { checkStreams } from './streams-check.ts'

const HEALTHY: PartitionState = {
  partition: 0,
  messages: 3,
  bytes: 3_000,
  oldestMs: undefined,
  owner: 'this',
  unacknowledged: 2,
  hasLeader: true,
  leader: 'n0',
  replicas: { current: 3, behind: 0 },
}
const WITHOUT_LEADER: PartitionState = {
  ...HEALTHY,
  partition: 1,
  messages: 0,
  owner: undefined,
  hasLeader: false,
  replicas: { current: 0, behind: 0 },
}

const stateOf = (...partitions: PartitionState[]): StreamsState => ({
  partitions,
  refused: { messages: 4, bytes: 400 },
})
const readerOf = (state: StreamsState) => ({ readState: async () => await Promise.resolve(state) })
const failing = { readState: async () => await Promise.reject<StreamsState>(new Error('away')) }

function open(readState: () => Promise<StreamsState>): { metrics: StreamMetrics; read(): Promise<string> } {
  const register = new Registry()
  return {
    metrics: createStreamMetrics(register, 'test_', { nodeId: 'this', readState }),
    read: async () => await register.metrics(),
  }
}

describe('metrics of the streams', () => {
  it('say what each partition holds, and which this process reads', async () => {
    const other = { ...HEALTHY, partition: 2, owner: 'another', oldestMs: Date.now() - 60_000 }
    const { metrics, read } = open(readerOf(stateOf(HEALTHY, WITHOUT_LEADER, other)).readState)
    await metrics.refresh()
    const text = await read()
    for (const line of [
      'test_streams_up 1',
      'test_stream_messages{partition="0"} 3',
      'test_stream_bytes{partition="0"} 3000',
      'test_stream_lag_seconds{partition="0"} 0',
      'test_stream_unacknowledged{partition="0"} 2',
      'test_stream_without_leader{partition="0"} 0',
      'test_stream_without_leader{partition="1"} 1',
      'test_stream_without_owner{partition="2"} 0',
      'test_stream_refused_messages 4',
      'test_partitions_owned 1',
    ])
      assert.ok(text.split('\n').includes(line), line)
    assert.match(text, /^test_stream_lag_seconds\{partition="2"\} (?:59|6\d)/m)
  })

  it('keep the last known values of a partition without leader, and of a cluster that is away', async () => {
    let state: StreamsState | undefined = stateOf(HEALTHY)
    const { metrics, read } = open(
      async () => await Promise.resolve(state ?? Promise.reject(new Error('away'))),
    )
    await metrics.refresh()
    state = stateOf({ ...WITHOUT_LEADER, partition: 0 })
    await metrics.refresh()
    assert.match(await read(), /^test_stream_messages\{partition="0"\} 3$/m)
    state = undefined
    await metrics.refresh()
    assert.match(await read(), /^test_streams_up 0$/m)
    assert.match(await read(), /^test_stream_without_leader\{partition="0"\} 1$/m)
  })

  it('count events that are published, and what was not acknowledged', async () => {
    const { metrics, read } = open(failing.readState)
    const refusals = [false, true]
    const streams: Pick<EventStreams, 'publish'> = {
      publish: async () =>
        await (refusals.shift() === true ? Promise.reject(new Error('no quorum')) : Promise.resolve()),
    }
    const measured = measureStreams(streams as EventStreams, metrics)
    await measured.publish([{ id: '1' }, { id: '2' }] as never)
    await assert.rejects(measured.publish([]), /no quorum/)
    metrics.repeated(5)
    const text = await read()
    assert.match(text, /^test_stream_published_total 2$/m)
    assert.match(text, /^test_stream_publish_failures_total 1$/m)
    assert.match(text, /^test_stream_publish_seconds_count 1$/m)
    assert.match(text, /^test_stream_repeats_total 5$/m)
  })
})

describe('the check of the streams', () => {
  it('is ok when each partition has a leader and an owner, even with a replica behind', async () => {
    const behind = { ...HEALTHY, partition: 1, replicas: { current: 2, behind: 1 } }
    assert.deepEqual(await checkStreams(readerOf(stateOf(HEALTHY, behind)), 1_000), {
      status: 'ok',
      partitions: 2,
      without_leader: 0,
      without_owner: 0,
      replicas_behind: 1,
      messages: 6,
      lag_seconds: 0,
      refused: 4,
    })
  })

  it('is degraded when a partition has no leader or no owner', async () => {
    const withoutOwner = { ...HEALTHY, owner: undefined }
    for (const one of [WITHOUT_LEADER, withoutOwner]) {
      const { status } = await checkStreams(readerOf(stateOf(HEALTHY, one)), 1_000)
      assert.equal(status, 'degraded')
    }
  })

  it('is unavailable when the servers say nothing in time, or that they cannot', async () => {
    const silent = { readState: async () => await new Promise<StreamsState>(() => {}) }
    assert.deepEqual(await checkStreams(silent, 10), { status: 'unavailable' })
    assert.deepEqual(await checkStreams(failing, 1_000), { status: 'unavailable' })
  })
})
