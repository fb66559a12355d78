import type { Logger } from 'pino'
import type { AttemptWriter } from './record/recorder.ts'
import type { EndpointHealth } from './health/health-monitor.ts'
import { CLAIM_POLL_MS, startClaiming } from './claim/claimer.ts'
import type { Clock } from '../domain/clock.ts'
import type { Database } from '../database/database.ts'
import { createSplitter } from '../database/split.ts'
import { cancelDeliveriesOfStoppedWebhooks } from './claim/cancel-deliveries.ts'
import {
  HEARTBEAT_MS,
  createHeartbeat,
  releaseAllLeases,
  releaseDeliveries,
  signOff,
} from './claim/leases.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { makeAttempt } from '../sender/make-attempt.ts'
import type { Sender } from '../sender/send.ts'
import { messageOf } from '../domain/errors.ts'
import type { LeasedDelivery } from '../domain/delivery.ts'
import { idsOf } from '../domain/delivery.ts'
import type { Loop } from '../loops/loop.ts'
import { startLoop, within } from '../loops/loop.ts'
import type { LoopWatch } from '../loops/loop-watch.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Tracing } from '../observability/tracing.ts'
import type { Hints } from './relay/relay.ts'
import type { RelayProgress } from '../observability/relay-progress.ts'
import { startRelay } from './relay/relay.ts'
import type { OnFault } from '../domain/delivery-fault.ts'
import type { OpenTarget } from '../domain/webhook.ts'

/** What a result usually takes to be written. */
const RECORDING_MS = 20
const CANCEL_POLL_MS = 5_000
/** Between heartbeats that nobody listens for. */
const ALONE_MS = 60_000
/** How long a stop waits for requests under way. */
export const DRAIN_MS = 15_000
/** For each of the statements that end it. */
export const LAST_WORDS_MS = 2_000

export interface PipelineOptions {
  /** Milliseconds between the attempts of a delivery. */
  retrySchedule: readonly number[]
  /** Milliseconds for an attempt to a webhook that sets none of its own. */
  deliveryTimeout: number
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  relayProgress: RelayProgress
  nodeId: string
  openTarget: OpenTarget
  sender: Sender
  writer: AttemptWriter
  health: EndpointHealth
  metrics: Metrics
  tracing: Tracing
  /** Told of what could not be processed and was put aside. */
  onFault: OnFault
}

export interface Pipeline {
  /** Looks for queued deliveries that may be due now. */
  claim(): void
  /** Sends nothing new, lets what is under way finish within 15 seconds and records it. */
  stop(): Promise<void>
}

/**
 * Everything that runs in the background on a worker: outbox → fan-out → deliveries → dispatch → attempts.
 *
 * New deliveries are leased in the transaction that creates them and sent from memory (the hot lane). What finds no
 * room there, is to be retried, or was left by a dead node waits in the table (the parking lot) and is claimed.
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { database, log, watch, nodeId, writer, health } = options
  const hints: Hints = { isParked: true }
  const dispatcher: Dispatcher = createDispatcher(options, {
    onRoom: () => {
      if (hints.isParked) claiming.wake()
    },
    onGivenBack: () => claiming.wake(),
    onRetryIn: (wait) => {
      // Longer waits are found by polling; a short one would be late by as much as a poll.
      if (wait < CLAIM_POLL_MS) setTimeout(() => claiming.wake(), wait).unref()
    },
  })
  options.metrics.watchInFlight(() => dispatcher.inFlight)
  const beating = await startHeartbeat(options)
  const relaying = startRelay(options, dispatcher, hints, () => claiming.wake())
  const claiming = startClaiming(options, dispatcher, hints)
  health.onPhase((webhookId, phase) => {
    // What a fan-out that had read the webhook before has put into memory since.
    if (phase === 'held') dispatcher.forget(webhookId)
    if (phase !== 'draining') return
    hints.isParked = true
    claiming.wake()
  })
  const cancelSplitter = createSplitter()
  const cancelling = startLoop({
    name: 'cancel',
    everyMs: CANCEL_POLL_MS,
    log,
    watch,
    run: () => cancelDeliveriesOfStoppedWebhooks(database, options.onFault, cancelSplitter),
  })

  await database.listen('webhooks_outbox', () => relaying.wake())
  await database.listen('webhooks_changed', (webhookId) => {
    // An empty payload: the connection was away, and any webhook may have changed.
    dispatcher.forget(webhookId === '' ? undefined : webhookId)
    cancelling.wake()
  })

  return {
    claim() {
      hints.isParked = true
      claiming.wake()
    },
    async stop() {
      const loops = [relaying, claiming, cancelling].map((loop) => loop.stop())
      await within(DRAIN_MS, Promise.all([...loops, dispatcher.stop()]))
      dispatcher.abandon()
      await within(LAST_WORDS_MS, writer.close())
      await within(LAST_WORDS_MS, health.close())
      await within(LAST_WORDS_MS, beating.stop())
      await within(
        LAST_WORDS_MS,
        signOff(database, nodeId).catch(() => {}),
      )
    },
  }
}

interface DispatcherEvents {
  onRoom(): void
  /** Deliveries are due again and may be claimed. */
  onGivenBack(): void
  /** A retry was recorded, to be due in so many milliseconds. */
  onRetryIn(wait: number): void
}

function createDispatcher(options: PipelineOptions, events: DispatcherEvents): Dispatcher {
  const { onRoom, onGivenBack, onRetryIn } = events
  const { retrySchedule, database, clock, log, sender, writer, tracing } = options
  const giveBack = (deliveries: readonly LeasedDelivery[]): void => {
    releaseDeliveries(database, deliveries).then(onGivenBack, (error: unknown) => {
      log.warn({ error: messageOf(error) }, 'leases could not be given back; they end by themselves')
    })
  }
  return new Dispatcher({
    clock,
    attempt: (delivery) => makeAttempt(delivery, { clock, sender, retrySchedule, tracing }),
    record: async (attempt) => {
      await writer.add(attempt)
      if (attempt.wait_ms !== null) onRetryIn(attempt.wait_ms + RECORDING_MS)
    },
    giveBack,
    onFault: (delivery, error) => {
      log.error({ ...idsOf(delivery), error: messageOf(error) }, 'an attempt could not be made')
    },
    onRoom,
  })
}

/** The first beat comes before anything is leased: a node without a heartbeat counts as dead. */
async function startHeartbeat({
  database,
  clock,
  log,
  watch,
  nodeId,
  metrics,
}: PipelineOptions): Promise<Loop> {
  if (database.engine === 'pglite') await releaseAllLeases(database)
  const beat = createHeartbeat(database, { clock, nodeId })
  await beat()
  return startLoop({
    name: 'heartbeat',
    // On a database that only this process can open there is nobody to be seen by.
    everyMs: database.engine === 'pglite' ? ALONE_MS : HEARTBEAT_MS,
    log,
    watch,
    run: async () => {
      const recovered = await beat()
      if (recovered > 0) {
        metrics.recovered(recovered)
        log.warn({ deliveries: recovered }, 'took over what a dead node had left')
      }
      return false
    },
  })
}
