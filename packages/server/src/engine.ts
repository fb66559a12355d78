import type { Logger } from 'pino'
import type { AttemptWriter } from './attempts/attempt-writer.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import { cancelDeliveriesOfStoppedWebhooks } from './deliveries/cancel-deliveries.ts'
import { claimDue } from './deliveries/claim-due.ts'
import {
  HEARTBEAT_MS,
  createHeartbeat,
  releaseAllLeases,
  releaseDeliveries,
  signOff,
} from './deliveries/recover-leases.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { makeAttempt } from './dispatch/make-attempt.ts'
import type { Sender } from './dispatch/send.ts'
import { messageOf } from './errors.ts'
import { fanOut } from './fanout/create-deliveries.ts'
import type { LeasedDelivery } from './fanout/delivery.ts'
import { startLoop, within } from './lifecycle.ts'
import { relayBatch } from './outbox/outbox-relay.ts'
import type { OpenTarget } from './webhooks/webhook-target.ts'

/** Requests under way at once to one webhook that sets no limit of its own, in one process. */
export const DEFAULT_MAX_IN_FLIGHT = 32

const OUTBOX_POLL_MS = 500
const CLAIM_POLL_MS = 250
const CLAIM_BATCH = 200
const CANCEL_POLL_MS = 5_000
/** How long a stop waits for requests under way. */
const DRAIN_MS = 15_000

export interface EngineOptions {
  config: Config
  database: Database
  clock: Clock
  log: Logger
  nodeId: string
  openTarget: OpenTarget
  sender: Sender
  writer: AttemptWriter
}

export interface Engine {
  /** An event may be waiting in the outbox. */
  wakeOutbox(): void
  /** Sends nothing new, lets what is under way finish within 15 seconds and records it. */
  stop(): Promise<void>
}

/** The line from the outbox to the attempt log, composed: everything that runs in the background on a worker. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { config, database, clock, log, nodeId, openTarget, sender, writer } = options
  const giveBack = (deliveries: readonly LeasedDelivery[]): void => {
    releaseDeliveries(
      database,
      nodeId,
      deliveries.map(({ id }) => id),
    ).then(
      () => claiming.wake(),
      (error: unknown) =>
        log.warn({ error: messageOf(error) }, 'leases could not be given back; they end by themselves'),
    )
  }
  const dispatcher = new Dispatcher({
    clock,
    attempt: (delivery) => makeAttempt(delivery, { clock, sender, retrySchedule: config.retrySchedule }),
    record: (attempt) => writer.add(attempt),
    giveBack,
    onFault: (delivery, error) =>
      log.error({ delivery: delivery.id, error: messageOf(error) }, 'an attempt could not be made'),
    onRoom: () => {
      if (parked) claiming.wake()
    },
  })

  const heartbeat = createHeartbeat(database, { clock, nodeId })
  if (database.engine === 'pglite') await releaseAllLeases(database)
  // Before anything is leased: a node without a heartbeat counts as dead.
  await heartbeat()

  /** Whether the table may hold due deliveries that found no free slot. */
  let parked = true

  const relaying = startLoop({
    name: 'outbox relay',
    everyMs: OUTBOX_POLL_MS,
    log,
    run: async () => {
      const reservation = dispatcher.reserve()
      const admit = (webhookId: string): boolean => {
        const isAdmitted = reservation.admit(webhookId)
        if (!isAdmitted) parked = true
        return isAdmitted
      }
      try {
        return await relayBatch(
          database,
          (connection, events) => fanOut(connection, events, { clock, nodeId, openTarget, admit }),
          reservation.commit,
        )
      } catch (error) {
        reservation.cancel()
        throw error
      }
    },
  })

  const claiming = startLoop({
    name: 'claim',
    everyMs: CLAIM_POLL_MS,
    log,
    run: async () => {
      const limit = Math.min(CLAIM_BATCH, dispatcher.room)
      if (limit === 0) return false
      const claimed = await claimDue(database, limit, dispatcher.freeSlots(), {
        clock,
        nodeId,
        openTarget,
        defaultTimeout: config.deliveryTimeout,
        defaultMaxInFlight: DEFAULT_MAX_IN_FLIGHT,
      })
      parked = claimed.length > 0
      dispatcher.accept(claimed)
      return claimed.length === limit
    },
  })

  const beating = startLoop({
    name: 'heartbeat',
    everyMs: HEARTBEAT_MS,
    log,
    run: async () => {
      const recovered = await heartbeat()
      if (recovered > 0) log.warn({ deliveries: recovered }, 'took over what a dead node had left')
      return false
    },
  })

  const cancelling = startLoop({
    name: 'cancel',
    everyMs: CANCEL_POLL_MS,
    log,
    run: () => cancelDeliveriesOfStoppedWebhooks(database),
  })

  await database.listen('webhooks_outbox', () => relaying.wake())
  await database.listen('webhooks_changed', (webhookId) => {
    // An empty payload: the connection was away, and any webhook may have changed.
    dispatcher.forget(webhookId === '' ? undefined : webhookId)
    cancelling.wake()
  })

  return {
    wakeOutbox: () => relaying.wake(),
    async stop() {
      await Promise.all([relaying.stop(), claiming.stop(), cancelling.stop()])
      await within(DRAIN_MS, dispatcher.stop())
      await within(DRAIN_MS, writer.close())
      await beating.stop()
      await within(
        DRAIN_MS,
        signOff(database, nodeId).catch(() => {}),
      )
    },
  }
}
