import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { DirectSlots } from '../match/match-events.ts'
import { giveUpEvent, noteStuckEvent } from '../match/give-up-event.ts'
import { countSkips } from '../match/count-skips.ts'
import { createSubscriptions } from '../match/subscriptions.ts'
import { traceMatching } from '../match/trace-matching.ts'
import type { Messages, Stage } from '../messages.ts'
import { createPutOff } from '../put-off.ts'
import type { Recorder } from '../record/recorder.ts'
import type { LeasedEvents } from './leased-events.ts'
import type { OutboxEvent, OutboxScope } from './outbox.ts'
import { listUnleased, lookForEvents, MAX_BATCH } from './outbox.ts'
import type { Overdue } from './overdue.ts'
import type { RelayedBatch } from './relay-batch.ts'
import { relayBatch } from './relay-batch.ts'
import { InOrderPace, relayInOrder } from './relay-in-order.ts'
import { createScout } from './scout.ts'
import { createWakefulness } from './stay-awake.ts'

/** Between two polls of a relay that every event notifies: see stay-awake.ts. */
const QUIET_POLL_MS = { postgresql: 2_000, pglite: 5_000 }
/** A batch costs a round trip, however small: events that arrive one by one in quick succession share some. */
const MIN_GAP_MS = 3
/**
 * A batch has as many events as end in this time, and the next one is leased when fewer than a batch are left. So two batches are in
 * memory at most, and deliveries that wait only briefly stay in the outbox and need no row in the queue.
 */
const BATCH_MS = 100
const MIN_BATCH = 200
/** Slow endpoints hold their events longer. They must not slow the others: with them, too, a batch follows after this time. */
const MAX_WAIT_MS = 100

export interface RelayOptions {
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  relayProgress: RelayProgress
  openTarget: OpenTarget
  metrics: Metrics
  tracing: Tracing
  messages: Messages
  dispatcher: Dispatcher
  recorder: Recorder
  leasedEvents: LeasedEvents
  overdue: Overdue
}

/** Leases committed events of the outbox and matches them: direct deliveries go to the dispatcher, the others to the queue. */
export class Relay implements Stage {
  readonly #options: RelayOptions
  readonly #subscriptions
  /** Outbox rows that can neither be relayed nor removed. */
  readonly #putOff
  readonly #splitter = createSplitter()
  readonly #wakefulness
  readonly #scout
  readonly #inOrder = new InOrderPace()
  #isBehind = false
  #found = 0
  /** Events that had ended at the last poll. */
  #ended = 0
  #loop: Loop | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#subscriptions = createSubscriptions(options.clock)
    this.#putOff = createPutOff<number>(options.clock)
    this.#wakefulness = createWakefulness(options.database, options.relayProgress)
    this.#scout = createScout(options.database, options.leasedEvents)
  }

  start(): void {
    const { database, log, watch } = this.#options
    this.#loop = startLoop({
      name: 'outbox relay',
      everyMs: QUIET_POLL_MS[database.engine],
      gapMs: MIN_GAP_MS,
      log,
      watch,
      run: (isWoken) => this.#run(isWoken),
    })
  }

  /** Polls the outbox soon. */
  wake(): void {
    this.#loop?.wake()
  }

  async stop(): Promise<void> {
    await this.#loop?.stop()
  }

  async #run(isWoken: boolean): Promise<boolean | number> {
    const { database, relayProgress, leasedEvents } = this.#options
    await this.#wakefulness.beforeLook()
    const isIdle = !isWoken && this.#found === 0
    this.#isBehind = false
    this.#found = 0
    const isEmpty = isIdle && !(await this.#findsEvents())
    if (!isEmpty) {
      const limit = Math.max(
        MIN_BATCH,
        Math.min(MAX_BATCH[database.engine], leasedEvents.endsWithin(BATCH_MS)),
      )
      await leasedEvents.untilBelow(limit, MAX_WAIT_MS)
      const { found, isFull } = await this.#relayOrSplit(limit)
      this.#isBehind = isFull
      this.#found = found
      if (!isFull) this.#scout.rest()
    }
    const { count, ended } = leasedEvents
    if (ended > this.#ended || (isEmpty && count === 0)) relayProgress.note()
    this.#ended = ended
    const nextLookInMs = await this.#wakefulness.afterLook(this.#found)
    return this.#isBehind || nextLookInMs
  }

  async #findsEvents(): Promise<boolean> {
    const { database, leasedEvents } = this.#options
    const seen = await lookForEvents(database, leasedEvents.holder.held, this.#putOff.keys())
    this.#wakefulness.noteTransactions(seen)
    return seen.has_events
  }

  /** Relays a batch. If one of its events makes it fail, the batch is split until that event is alone. */
  async #relayOrSplit(limit: number): Promise<{ found: number; isFull: boolean }> {
    const { database, leasedEvents } = this.#options
    return await this.#splitter.attempt(
      async () => {
        const { events, isFull } = await this.#relay({ only: null, limit })
        if (isFull) await this.#relayOthers(events)
        return { found: events.length, isFull }
      },
      async (error) => {
        this.#scout.rest()
        const ids = await listUnleased(database, leasedEvents.holder, this.#putOff.keys())
        if (ids.length === 0) throw error
        await splitUp(
          ids,
          error,
          async (only) => void (await this.#relay({ only })),
          (id, reason) => this.#giveUp(id, reason),
        )
        return { found: ids.length, isFull: true }
      },
    )
  }

  /** Relays events of other organizations that wait behind the backlog to which the batch belongs. */
  async #relayOthers(batch: readonly OutboxEvent[]): Promise<void> {
    const others = await this.#scout.find(batch)
    if (others.length > 0) await this.#relay({ only: others })
  }

  /** @returns the events, those in order included */
  async #relay(batchScope: Omit<OutboxScope, 'except'>): Promise<Pick<RelayedBatch, 'events' | 'isFull'>> {
    const { database } = this.#options
    const scope = { ...batchScope, except: this.#putOff.keys() }
    const options = { ...this.#options, subscriptions: this.#subscriptions }
    const { events, ordered, isFull } = await this.#dispatch((slots) =>
      relayBatch(database, scope, slots, options),
    )
    const inOrder: OutboxEvent[] = []
    while (ordered.length > 0) {
      const only = ordered.splice(0, this.#inOrder.size)
      const startedAt = performance.now()
      const batch = await this.#dispatch((slots) => relayInOrder(only, slots, options))
      this.#inOrder.note(performance.now() - startedAt)
      inOrder.push(...batch.events)
    }
    return { events: [...events, ...inOrder].sort((a, b) => a.outbox_id - b.outbox_id), isFull }
  }

  async #dispatch(relay: (slots: DirectSlots) => Promise<RelayedBatch>): Promise<RelayedBatch> {
    const { clock, dispatcher, overdue, messages } = this.#options
    const startedAt = clock.now()
    const slots = dispatcher.reserve()
    try {
      const batch = await relay(slots)
      overdue.watch()
      slots.dispatch(this.#trace(batch, startedAt))
      if (batch.hasQueued) messages.emit('queued', { isClaimable: true })
      await this.#finish(batch)
      return batch
    } catch (error) {
      slots.cancel()
      throw error
    }
  }

  #trace({ direct, events }: RelayedBatch, startedAt: number): LeasedDelivery[] {
    const { tracing } = this.#options
    return tracing.isOn ? traceMatching(tracing, startedAt, direct, events) : direct
  }

  /** Has the recorder write deliveries that are not sent now, and events without deliveries. */
  async #finish({ events, waiting, unmatched, skips }: RelayedBatch): Promise<void> {
    const { database, metrics, recorder, messages } = this.#options
    if (events.length > 0) metrics.matched(events)
    const filtered = waiting.filter((delivery) => delivery.filtered !== undefined).length
    if (filtered > 0) metrics.filtered(filtered)
    recorder.finish(unmatched)
    if (waiting.length > 0) await recorder.enqueue(waiting, false)
    if (skips.length > 0) await countSkips(database, skips, (fault) => messages.emit('fault', fault))
  }

  async #giveUp(outboxId: number, error: unknown): Promise<void> {
    const { database, messages, leasedEvents } = this.#options
    try {
      const { nodeId, lease } = leasedEvents.holder
      const options = { ...this.#options, nodeId, lease, subscriptions: this.#subscriptions }
      for (const fault of await giveUpEvent(database, outboxId, error, options)) messages.emit('fault', fault)
      messages.emit('queued', { isClaimable: true })
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      this.#putOff.add(outboxId)
      const stuck = await noteStuckEvent(database, outboxId, refusal)
      if (stuck !== undefined) messages.emit('fault', stuck)
    }
  }
}
