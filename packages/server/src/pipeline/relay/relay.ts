import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { Clock } from '../../domain/clock.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { LoopWatch } from '../../loops/loop-watch.ts'
import type { Loop } from '../../loops/loop.ts'
import { startLoop } from '../../loops/loop.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { giveUpEvent, noteStuckEvent } from '../match/give-up-event.ts'
import { createSubscriptions } from '../match/subscriptions.ts'
import { traceMatching } from '../match/trace-matching.ts'
import type { Messages, Stage } from '../messages.ts'
import { createPutOff } from '../put-off.ts'
import { hasEvents, listWaiting } from './outbox.ts'
import { relayBatch } from './relay-batch.ts'
import type { RelayedBatch } from './relay-batch.ts'
import { createWakefulness } from './stay-awake.ts'

/**
 * Finds events whose transaction did not notify: it asked whether it must while a relay was awake, and committed after the
 * relay had gone to sleep. The embedded database makes no such promises, so every notification arrives.
 */
const POLL_INTERVAL_MS = { postgresql: 200, pglite: 5_000 }
/** A batch costs three round trips, however small: events that arrive one by one in quick succession share some. */
const MIN_GAP_MS = 3
/**
 * Batches under way at once while the outbox is not empty: this process works on one while the database works on the
 * other. PGlite has one connection.
 */
const MAX_BATCHES_AT_ONCE = { postgresql: 2, pglite: 1 }

export interface RelayOptions {
  database: Database
  clock: Clock
  log: Logger
  watch: LoopWatch
  relayProgress: RelayProgress
  nodeId: string
  openTarget: OpenTarget
  metrics: Metrics
  tracing: Tracing
  messages: Messages
  dispatcher: Dispatcher
}

/** Takes committed events out of the outbox and turns them into deliveries: direct ones for the dispatcher, the rest for the queue. */
export class Relay implements Stage {
  readonly #options: RelayOptions
  readonly #subscriptions
  /** Outbox rows that can neither be relayed nor removed. */
  readonly #putOff
  readonly #splitter = createSplitter()
  readonly #wakefulness
  #isBehind = false
  #found = 0
  #loop: Loop | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.#subscriptions = createSubscriptions(options.clock)
    this.#putOff = createPutOff<number>(options.clock)
    this.#wakefulness = createWakefulness(options.database, options.relayProgress)
  }

  start(): void {
    const { database, log, watch } = this.#options
    this.#loop = startLoop({
      name: 'outbox relay',
      everyMs: POLL_INTERVAL_MS[database.engine],
      gapMs: MIN_GAP_MS,
      log,
      watch,
      run: (isWoken) => this.#run(isWoken),
    })
  }

  /** Looks at the outbox soon. */
  wake(): void {
    this.#loop?.wake()
  }

  async stop(): Promise<void> {
    await this.#loop?.stop()
  }

  async #run(isWoken: boolean): Promise<boolean | number> {
    const { database, relayProgress } = this.#options
    await this.#wakefulness.beforeLook()
    const isIdle = !isWoken && this.#found === 0
    const batchesAtOnce = this.#isBehind ? MAX_BATCHES_AT_ONCE[database.engine] : 1
    this.#isBehind = false
    this.#found = 0
    const isEmpty = isIdle && !(await hasEvents(database, this.#putOff.keys()))
    if (!isEmpty) await this.#relayBatches(batchesAtOnce)
    if (isEmpty || this.#found > 0) relayProgress.note()
    const nextLookInMs = await this.#wakefulness.afterLook(this.#found)
    return this.#isBehind || nextLookInMs
  }

  async #relayBatches(count: number): Promise<void> {
    // None is left running when another one has failed.
    const settled = await Promise.allSettled(Array.from({ length: count }, () => this.#relayOrSplit()))
    for (const batch of settled) {
      if (batch.status === 'rejected') throw batch.reason
      this.#isBehind ||= batch.value.isFull
      this.#found += batch.value.found
    }
  }

  /** Splits a batch that one of its events makes impossible until that event is alone. */
  async #relayOrSplit(): Promise<{ found: number; isFull: boolean }> {
    const { database } = this.#options
    return await this.#splitter.attempt(
      async () => {
        const { events, isFull } = await this.#relay(null)
        return { found: events.length, isFull }
      },
      async (error) => {
        const ids = await listWaiting(database, this.#putOff.keys())
        if (ids.length === 0) throw error
        await splitUp(
          ids,
          error,
          async (only) => void (await this.#relay(only)),
          (id, reason) => this.#giveUp(id, reason),
        )
        return { found: ids.length, isFull: true }
      },
    )
  }

  async #relay(only: readonly number[] | null): Promise<RelayedBatch> {
    const { database, clock, dispatcher } = this.#options
    const startedAt = clock.now()
    const slots = dispatcher.reserve()
    try {
      const scope = { only, except: this.#putOff.keys() }
      const batch = await relayBatch(database, scope, slots, {
        ...this.#options,
        subscriptions: this.#subscriptions,
      })
      slots.dispatch(this.#trace(batch, startedAt))
      this.#report(batch)
      return batch
    } catch (error) {
      slots.cancel()
      throw error
    }
  }

  #trace({ matched, events }: RelayedBatch, startedAt: number) {
    const { tracing } = this.#options
    const direct = matched?.direct ?? []
    return tracing.isOn ? traceMatching(tracing, startedAt, direct, events) : direct
  }

  #report({ events, matched }: RelayedBatch): void {
    const { metrics, messages } = this.#options
    if (events.length > 0) metrics.fannedOut(events)
    if (matched === undefined) return
    if (matched.filtered > 0) metrics.filtered(matched.filtered)
    if (matched.queued > 0) messages.emit('queued', { isClaimable: matched.isClaimable })
  }

  async #giveUp(outboxId: number, error: unknown): Promise<void> {
    const { database, messages } = this.#options
    try {
      const options = { ...this.#options, subscriptions: this.#subscriptions }
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
