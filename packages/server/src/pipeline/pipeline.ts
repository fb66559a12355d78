import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import type { Clock } from '../domain/clock.ts'
import type { OpenTarget } from '../domain/webhook.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import { within } from '../loops/loop.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Tracing } from '../observability/tracing.ts'
import type { Sender } from '../sender/send.ts'
import type { Transforms } from '../transforms/transforms.ts'
import { Canceller } from './claim/canceller.ts'
import { Claimer } from './claim/claimer.ts'
import { Heartbeat } from './claim/heartbeat.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import type { Messages, Stage } from './messages.ts'
import type { Recorder } from './record/recorder.ts'
import type { EventSource } from './relay/event-source.ts'
import type { LeasedEvents } from './relay/leased-events.ts'
import { Overdue } from './relay/overdue.ts'
import { Relay } from './relay/relay.ts'

/** How long `stop` waits for requests under way. */
export const DRAIN_TIMEOUT_MS = 15_000

export interface PipelineOptions {
  /** Milliseconds between the attempts of a delivery. */
  retrySchedule: readonly number[]
  /** Milliseconds for an attempt to a webhook that sets none of its own. */
  deliveryTimeoutMs: number
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  nodeId: string
  openTarget: OpenTarget
  sender: Sender
  recorder: Recorder
  leasedEvents: LeasedEvents
  source: EventSource
  /** What brings events of an outbox to the source; none where that is the outbox itself. */
  publishing: readonly Stage[]
  metrics: Metrics
  tracing: Tracing
  transforms: Transforms
  messages: Messages
}

export interface Pipeline {
  /** Starts nothing new, and resolves when the requests under way have ended, after `DRAIN_TIMEOUT_MS` at the latest. */
  drain(): Promise<void>
  /** Releases the remaining leases of this node; to be called when the outcomes are recorded. */
  leave(): Promise<void>
}

/**
 * Starts the pipeline, the way of every event through a worker:
 *
 *     source ─lease→ Relay (matching) → Dispatcher (sending) → Recorder → deliveries, log
 *                       │ must wait       ↑
 *                       └→ queue → Claimer┘
 *
 * An event stays in its source, leased, until all of its deliveries are written. New deliveries are sent directly, from memory, and
 * written once, with their outcome. Those that find no free slot, take long, wait for a retry, or were leased by a dead node are
 * queued and claimed.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { database, messages, metrics } = options
  const dispatcher = new Dispatcher(options)
  const heartbeat = new Heartbeat(options)
  const overdue = new Overdue(options)
  const relay = new Relay({ ...options, dispatcher, overdue })
  const claimer = new Claimer({ ...options, dispatcher })
  const canceller = new Canceller(options)
  metrics.watchInFlight(() => dispatcher.inFlight)
  const { publishing } = options
  const stages = [dispatcher, heartbeat, relay, overdue, claimer, canceller, ...publishing]
  for (const stage of stages) await stage.start()
  // An empty payload: the connection was lost for a while, and any webhook may have changed.
  await database.listen('webhooks_changed', (id) =>
    messages.emit('webhookChanged', id === '' ? undefined : id),
  )
  return {
    async drain() {
      const ends = [...publishing, relay, overdue, claimer, canceller, dispatcher].map((stage) =>
        stage.stop(),
      )
      await within(DRAIN_TIMEOUT_MS, Promise.all(ends))
      dispatcher.abandon()
    },
    async leave() {
      await Promise.all([heartbeat.stop(), options.source.leave()])
    },
  }
}
