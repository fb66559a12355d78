import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Aggregator } from 'prom-client'
import type { Clock } from '../domain/clock.ts'
import type { FreeSpace } from '../database/disk-space.ts'
import type { AttemptRecord } from '../domain/attempt.ts'
import { eventNames } from '../domain/event-types/event-types.ts'
import { readTimeOfId } from '../domain/ids.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import { toAggregator } from './merge-metrics.ts'
import type { MetricValues } from './merge-metrics.ts'
import type { ProcessProgress } from './relay-progress.ts'
import type { QueueState } from './queue-state.ts'
import { createStreamMetrics } from './stream-metrics.ts'
import type { StreamsReport } from './stream-metrics.ts'

const PREFIX = 'connectgain_'
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** An event may be delivered only after days of retries. */
const LONG_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3_600, 21_600, 86_400, 345_600,
]

const KNOWN_EVENTS = new Set(eventNames)

export interface MetricsText {
  text: string
  contentType: string
}

export interface Metrics {
  /** Renders the metrics in Prometheus' text format. */
  read(): Promise<MetricsText>
  /** Reads the same as values, to be merged with those of other workers. */
  readValues(): Promise<MetricValues>
  /** Counts recorded attempts. */
  attempts(records: readonly AttemptRecord[]): void
  /** Counts matched events. */
  matched(events: readonly { event: string }[]): void
  /** Counts deliveries left out by a filter or an ignored origin. */
  filtered(deliveries: number): void
  recovered(deliveries: number): void
  /** Counts an input that could not be processed: a row of webhook_delivery_faults. */
  fault(stage: string): void
  /** @param seconds duration of a statement of the pipeline */
  statement(name: string, seconds: number): void
  /** Registers the function that reports the requests in flight, called on each read. */
  watchInFlight(count: () => number): void
  /** Counts a message to a client of realtime. */
  realtimeMessage(): void
  /** Counts a connection of realtime that this server ended. */
  realtimeDisconnect(cause: string): void
  /** Registers the function that reports the open connections of realtime, called on each read. */
  watchRealtime(count: () => { clients: number; channels: number }): void
  /** Counts events that the quorum has stored. @param seconds until then */
  published(events: number, seconds: number): void
  /** Counts a publish that was not acknowledged. */
  notPublished(): void
  /** Counts deliveries of streamed events that were stored already when they were written. */
  repeated(deliveries: number): void
}

export interface MetricsOptions {
  clock: Clock
  /** Milliseconds by which this machine's clock is ahead of the database's. */
  clockOffset(): number
  /** Reads the queues of all nodes. */
  readState(): Promise<QueueState>
  watch: LoopWatch
  /** Undefined where no relay runs in this process. */
  relayProgress: ProcessProgress | undefined
  /** Free space of the embedded database's disk; undefined where there is none. */
  readFreeSpace(): Promise<FreeSpace | undefined>
  /** Undefined without NATS. */
  streams?: StreamsReport | undefined
}

/**
 * Creates the Prometheus metrics of this process. Label values come from short, fixed lists: never an organization, a
 * webhook or a URL, which are unbounded.
 */
export function createMetrics({
  clock,
  clockOffset,
  readState,
  watch,
  relayProgress,
  readFreeSpace,
  streams: report,
}: MetricsOptions): Metrics {
  const register = new Registry()
  const registers = [register]
  // The default resolution samples the event loop a hundred times a second, which would be most of the work of an idle
  // process.
  collectDefaultMetrics({ register, prefix: PREFIX, eventLoopMonitoringPrecision: 100 })
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram<L>({ name: `${PREFIX}${name}`, help, labelNames, buckets, registers })
  /** @param aggregator how the values of several workers become one: most gauges say the same in all of them */
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: L[] = [],
    aggregator: Aggregator = 'max',
  ): Gauge<L> => new Gauge({ name: `${PREFIX}${name}`, help, labelNames, aggregator, registers })

  const events = counter('events_total', 'Events matched by this process', 'event')
  const deliveries = counter('deliveries_total', 'Deliveries finished by this process, by outcome', 'outcome')
  const attempts = counter('attempts_total', 'Attempts, by class of status code or by error', 'result')
  const duration = histogram('attempt_duration_seconds', 'Duration of an attempt', SECONDS)
  const untilAttempt = histogram(
    'event_to_first_attempt_seconds',
    'Time from an event to its first attempt',
    LONG_SECONDS,
  )
  const untilDelivery = histogram(
    'event_to_delivery_seconds',
    'Time from an event to its delivery',
    LONG_SECONDS,
  )
  const faults = counter(
    'delivery_faults_total',
    'Events and deliveries that could not be processed and were set aside, by step',
    'stage',
  )
  const recoveries = counter('lease_recoveries_total', 'Deliveries taken over from dead nodes')
  const database = histogram(
    'database_seconds',
    'Duration of database statements, including the wait for a connection',
    SECONDS,
    'statement',
  )
  const inFlight = gauge('attempts_in_flight', 'Requests in flight in this process', [], 'sum')
  const outboxAge = gauge('outbox_lag_seconds', 'Age of the oldest unmatched event, across all nodes')
  const outboxBacklog = gauge('outbox_backlog', 'Approximate number of unmatched events, across all nodes')
  const oldestDue = gauge(
    'oldest_due_seconds',
    'How long the oldest waiting delivery has been due, across all nodes',
  )
  const held = gauge('held_endpoints', 'Endpoints on hold, across all nodes')
  const drifted = gauge('drifted_captures', 'CRM tables that are not captured as installed, across all nodes')
  const databaseUp = gauge(
    'database_up',
    '1 if the database responded to this scrape, otherwise 0',
    [],
    'min',
  )
  const withoutProgress = gauge(
    'relay_without_progress_seconds',
    'Time since the relay of this process last made progress or found no events; 0 if it runs no relay',
  )
  const loopSuccess = gauge(
    'loop_last_success_timestamp_seconds',
    'When each background loop of this process last succeeded',
    ['loop'],
    'min',
  )
  const loopFailures = gauge('loop_failures', 'Failed runs of each background loop since its last success', [
    'loop',
  ])
  const clockOff = gauge('clock_offset_seconds', "How far this machine's clock is ahead of the database's")
  let crmUp: Gauge | undefined
  let diskGauges: { free: Gauge; size: Gauge } | undefined
  const realtimeClients = gauge('realtime_clients', 'Open realtime connections to this process', [], 'sum')
  const realtimeChannels = gauge('realtime_channels', 'Channels of these connections', [], 'sum')
  const realtimeMessages = counter('realtime_messages_total', 'Messages sent to realtime clients')
  const realtimeDisconnects = counter(
    'realtime_disconnects_total',
    'Realtime connections that this process ended, by cause',
    'cause',
  )
  const streams = report && createStreamMetrics(register, PREFIX, report)
  let countInFlight = (): number => 0
  let countRealtime = (): { clients: number; channels: number } => ({ clients: 0, channels: 0 })

  /** With a database server there is no such disk, and no series that would report 0. */
  async function readDisk(): Promise<void> {
    const space = await readFreeSpace()
    if (space === undefined) return
    diskGauges ??= {
      free: gauge('disk_free_bytes', 'Free space on the disk of the embedded database'),
      size: gauge('disk_size_bytes', 'Size of the disk of the embedded database'),
    }
    diskGauges.free.set(space.free)
    diskGauges.size.set(space.size)
  }

  /** With one database there is no such series. */
  function readCrm({ isCrmUp }: QueueState): void {
    if (isCrmUp === undefined) return
    crmUp ??= gauge(
      'crm_database_up',
      '1 if the database of the CRM responded to this scrape, otherwise 0',
      [],
      'min',
    )
    crmUp.set(isCrmUp ? 1 : 0)
  }

  function readLoops(): void {
    for (const [loop, { lastSuccessAt, failures }] of watch.read()) {
      if (lastSuccessAt !== null) loopSuccess.set({ loop }, lastSuccessAt / 1_000)
      loopFailures.set({ loop }, failures)
    }
    if (relayProgress !== undefined) withoutProgress.set(seconds(clock.now() - relayProgress.lastAt))
  }

  async function refresh(): Promise<void> {
    inFlight.set(countInFlight())
    const realtime = countRealtime()
    realtimeClients.set(realtime.clients)
    realtimeChannels.set(realtime.channels)
    readLoops()
    await Promise.all([readDisk(), streams?.refresh()])
    clockOff.set(clockOffset() / 1_000)
    // The other metrics stay useful when the database is down, and show that it is down.
    const state = await readState().catch(() => undefined)
    databaseUp.set(state === undefined ? 0 : 1)
    if (state === undefined) return
    readCrm(state)
    outboxAge.set(state.outbox_age ?? 0)
    outboxBacklog.set(state.outbox_backlog)
    oldestDue.set(state.oldest_due_age ?? 0)
    held.set(state.held_endpoints)
    drifted.set(state.drifted_captures)
  }

  function observe(record: AttemptRecord): void {
    attempts.inc({ result: resultLabel(record) })
    duration.observe(record.duration_ms / 1_000)
    const outcome = finalOutcome(record)
    if (outcome !== undefined && record.lease !== null) deliveries.inc({ outcome })
    const happenedAt = readTimeOfId(record.event_id)
    if (happenedAt === undefined || record.lease === null) return
    if (record.attempt === 1) untilAttempt.observe(seconds(Date.parse(record.created_at) - happenedAt))
    if (outcome === 'delivered') untilDelivery.observe(seconds(clock.now() - happenedAt))
  }

  return {
    attempts: (records) => records.forEach(observe),
    matched(taken) {
      for (const { event } of taken) events.inc({ event: KNOWN_EVENTS.has(event) ? event : 'custom' })
    },
    filtered: (count) => deliveries.inc({ outcome: 'filtered' }, count),
    fault: (stage) => faults.inc({ stage }),
    recovered: (count) => recoveries.inc(count),
    statement: (name, time) => database.observe({ statement: name }, time),
    watchInFlight(count) {
      countInFlight = count
    },
    realtimeMessage: () => realtimeMessages.inc(),
    realtimeDisconnect: (cause) => realtimeDisconnects.inc({ cause }),
    watchRealtime(count) {
      countRealtime = count
    },
    published: (count, time) => streams?.published(count, time),
    notPublished: () => streams?.notPublished(),
    repeated: (count) => streams?.repeated(count),
    async read() {
      await refresh()
      return { text: await register.metrics(), contentType: register.contentType }
    },
    async readValues() {
      await refresh()
      const values = await register.getMetricsAsJSON()
      return values.map((metric) => ({ ...metric, aggregator: toAggregator(metric) }))
    },
  }
}

/** The clocks of nodes differ slightly; durations are never negative. */
const seconds = (ms: number): number => Math.max(0, ms) / 1_000

/** A failure after a 2xx that broke off counts by its error. */
function resultLabel({ status, response_code: code, error_code: error }: AttemptRecord): string {
  const isBrokenOff = status === 'failed' && code !== null && code < 300
  return code === null || isBrokenOff ? (error ?? 'unknown') : `${Math.floor(code / 100)}xx`
}

/** Undefined while a retry is scheduled. */
function finalOutcome(record: AttemptRecord): 'delivered' | 'failed' | undefined {
  if (record.status === 'success') return 'delivered'
  return record.wait_ms === null ? 'failed' : undefined
}
