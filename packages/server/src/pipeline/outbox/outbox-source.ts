import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { Clock } from '../../domain/clock.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { RelayProgress } from '../../observability/relay-progress.ts'
import { MAX_BATCH } from '../batch-size.ts'
import { createSubscriptions } from '../match/subscriptions.ts'
import type { Messages } from '../messages.ts'
import { createPutOff } from '../put-off.ts'
import type { Dispatch, EventSource } from '../relay/event-source.ts'
import { awaitNextBatch } from '../relay/next-batch-size.ts'
import type { TakenEvent } from '../relay/taken-event.ts'
import { giveUpEvent, noteStuckEvent } from './give-up-event.ts'
import type { OutboxEvents } from './outbox-events.ts'
import type { OutboxScope } from './outbox.ts'
import { listUnleased, lookForEvents } from './outbox.ts'
import type { OutboxBatch } from './relay-batch.ts'
import { relayBatch } from './relay-batch.ts'
import { InOrderPace, relayInOrder } from './relay-in-order.ts'
import { createScout } from './scout.ts'
import { createWakefulness } from './stay-awake.ts'

/** Between two polls of a relay that every event notifies: see stay-awake.ts. */
const QUIET_POLL_MS = { postgresql: 2_000, pglite: 5_000 }
export interface OutboxSourceOptions {
  database: Database
  clock: Clock
  relayProgress: RelayProgress
  openTarget: OpenTarget
  messages: Messages
  leasedEvents: OutboxEvents
}

/** Committed events of the outbox of a database. */
export class OutboxSource implements EventSource {
  readonly everyMs: number
  readonly #options: OutboxSourceOptions
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
  #wake = (): void => {}

  constructor(options: OutboxSourceOptions) {
    this.#options = options
    this.everyMs = QUIET_POLL_MS[options.database.engine]
    this.#subscriptions = createSubscriptions(options.clock)
    this.#putOff = createPutOff<number>(options.clock)
    this.#wakefulness = createWakefulness(options.database, options.relayProgress)
    this.#scout = createScout(options.database, options.leasedEvents)
  }

  onEvents(wake: () => void): void {
    this.#wake = wake
  }

  async start(): Promise<void> {
    await this.#options.database.listen('webhooks_outbox', () => this.#wake())
  }

  async stop(): Promise<void> {}

  /** The end of the node's heartbeat does it. */
  async leave(): Promise<void> {}

  async take(dispatch: Dispatch, isWoken: boolean): Promise<boolean | number> {
    const { database, relayProgress, leasedEvents } = this.#options
    await this.#wakefulness.beforeLook()
    const isIdle = !isWoken && this.#found === 0
    this.#isBehind = false
    this.#found = 0
    const isEmpty = isIdle && !(await this.#findsEvents())
    if (!isEmpty) {
      const limit = await awaitNextBatch(leasedEvents, MAX_BATCH[database.engine])
      const { found, isFull } = await this.#relayOrSplit(dispatch, limit)
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
  async #relayOrSplit(dispatch: Dispatch, limit: number): Promise<{ found: number; isFull: boolean }> {
    const { database, leasedEvents } = this.#options
    return await this.#splitter.attempt(
      async () => {
        const { events, isFull } = await this.#relay(dispatch, { only: null, limit })
        if (isFull) await this.#relayOthers(dispatch, events)
        return { found: events.length, isFull }
      },
      async (error) => {
        this.#scout.rest()
        const ids = await listUnleased(database, leasedEvents.holder, this.#putOff.keys())
        if (ids.length === 0) throw error
        await splitUp(
          ids,
          error,
          async (only) => void (await this.#relay(dispatch, { only })),
          (id, reason) => this.#giveUp(id, reason),
        )
        return { found: ids.length, isFull: true }
      },
    )
  }

  /** Relays events of other organizations that wait behind the backlog to which the batch belongs. */
  async #relayOthers(dispatch: Dispatch, batch: readonly TakenEvent[]): Promise<void> {
    const others = await this.#scout.find(batch)
    if (others.length > 0) await this.#relay(dispatch, { only: others })
  }

  /** @returns the events, those in order included */
  async #relay(
    dispatch: Dispatch,
    batchScope: Omit<OutboxScope, 'except'>,
  ): Promise<Pick<OutboxBatch, 'events' | 'isFull'>> {
    const { database } = this.#options
    const scope = { ...batchScope, except: this.#putOff.keys() }
    const options = { ...this.#options, subscriptions: this.#subscriptions }
    const { events, ordered, isFull } = await dispatch((slots) => relayBatch(database, scope, slots, options))
    const inOrder: TakenEvent[] = []
    while (ordered.length > 0) {
      const only = ordered.splice(0, this.#inOrder.size)
      const startedAt = performance.now()
      const batch = await dispatch((slots) => relayInOrder(only, slots, options))
      this.#inOrder.note(performance.now() - startedAt)
      inOrder.push(...batch.events)
    }
    return { events: [...events, ...inOrder].sort((a, b) => a.key - b.key), isFull }
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
