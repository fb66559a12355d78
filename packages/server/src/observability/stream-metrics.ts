import { Counter, Gauge, Histogram } from 'prom-client'
import type { Aggregator, Registry } from 'prom-client'
import { within } from '../loops/loop.ts'
import type { EventStreams } from '../streams/event-streams.ts'
import type { PartitionState, StreamsState } from '../streams/streams-state.ts'

/** What metrics and readiness know of the streams. */
export interface StreamsReport {
  /** The owner of partitions that this process reads. */
  nodeId: string
  /** @throws Error when the cluster does not answer */
  readState(): Promise<StreamsState>
}

export interface StreamMetrics {
  /** Reads the state of the streams into the gauges. */
  refresh(): Promise<void>
  published(events: number, seconds: number): void
  notPublished(): void
  repeated(deliveries: number): void
}

/** A scrape does not wait longer for a cluster that is away. */
const READ_TIMEOUT_MS = 2_000
const PUBLISH_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

/** The metrics of the streams. Without NATS none of them exists, rather than one that reports 0. */
export function createStreamMetrics(
  register: Registry,
  prefix: string,
  { nodeId, readState }: StreamsReport,
): StreamMetrics {
  const registers = [register]
  const gauge = (name: string, help: string, aggregator: Aggregator = 'max'): Gauge =>
    new Gauge({ name: `${prefix}${name}`, help, aggregator, registers })
  const perPartition = (name: string, help: string): Gauge<'partition'> =>
    new Gauge({ name: `${prefix}${name}`, help, labelNames: ['partition'], aggregator: 'max', registers })
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `${prefix}${name}`, help, registers })

  const up = gauge('streams_up', '1 if the NATS servers responded to this scrape, otherwise 0', 'min')
  const messages = perPartition(
    'stream_messages',
    'Messages of each partition that are not done, across all nodes',
  )
  const bytes = perPartition('stream_bytes', 'Size of these messages, in one replica')
  const lag = perPartition('stream_lag_seconds', 'Age of the oldest of these messages')
  const unacknowledged = perPartition('stream_unacknowledged', 'Messages that a node has taken and not done')
  const behind = perPartition('stream_replicas_behind', 'Replicas that are offline or have not caught up')
  const withoutLeader = perPartition(
    'stream_without_leader',
    '1 if the partition takes and gives no messages',
  )
  const withoutOwner = perPartition('stream_without_owner', '1 if no node reads the partition')
  const refused = gauge(
    'stream_refused_messages',
    'Messages that were set aside within 30 days, across all nodes',
  )
  const owned = gauge('partitions_owned', 'Partitions that this process reads', 'sum')
  const publishedEvents = counter('stream_published_total', 'Events that this process published')
  const failures = counter(
    'stream_publish_failures_total',
    'Attempts to publish that the servers did not acknowledge',
  )
  const publishSeconds = new Histogram({
    name: `${prefix}stream_publish_seconds`,
    help: 'Time until the servers acknowledged what was published',
    buckets: PUBLISH_SECONDS,
    registers,
  })
  const repeats = counter(
    'stream_repeats_total',
    'Deliveries that were stored already when they were written',
  )

  function showPartition(state: PartitionState): void {
    const label = { partition: String(state.partition) }
    withoutLeader.set(label, state.hasLeader ? 0 : 1)
    // What such a partition holds is not known: the last values stay.
    if (!state.hasLeader) return
    withoutOwner.set(label, state.owner === undefined ? 1 : 0)
    messages.set(label, state.messages)
    bytes.set(label, state.bytes)
    lag.set(label, secondsSince(state.oldestMs))
    unacknowledged.set(label, state.unacknowledged)
    behind.set(label, state.replicas.behind)
  }

  return {
    async refresh() {
      const state = await within(READ_TIMEOUT_MS, readState()).catch(() => undefined)
      up.set(state === undefined ? 0 : 1)
      if (state === undefined) return
      state.partitions.forEach(showPartition)
      owned.set(state.partitions.filter(({ owner }) => owner === nodeId).length)
      if (state.refused !== undefined) refused.set(state.refused.messages)
    },
    published(events, seconds) {
      publishedEvents.inc(events)
      publishSeconds.observe(seconds)
    },
    notPublished: () => failures.inc(),
    repeated: (deliveries) => repeats.inc(deliveries),
  }
}

/** Streams whose publishing is counted and timed. */
export function measureStreams(
  streams: EventStreams,
  { published, notPublished }: Pick<StreamMetrics, 'published' | 'notPublished'>,
): EventStreams {
  return {
    ...streams,
    async publish(events, options) {
      const start = performance.now()
      try {
        await streams.publish(events, options)
      } catch (error) {
        notPublished()
        throw error
      }
      published(events.length, (performance.now() - start) / 1_000)
    },
  }
}

/** The clocks of servers and nodes differ slightly; no age is negative. */
export const secondsSince = (ms: number | undefined): number =>
  ms === undefined ? 0 : Math.max(0, Date.now() - ms) / 1_000
