import type { Logger } from 'pino'
import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { Clock } from '../../domain/clock.ts'
import { faultOfEvent } from '../../domain/delivery-fault.ts'
import { messageOf } from '../../domain/errors.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { EventStreams } from '../../streams/event-streams.ts'
import { idOf } from '../../streams/event-message.ts'
import type { Reading, TakenMessage } from '../../streams/message-reader.ts'
import { MAX_BATCH } from '../batch-size.ts'
import type { DirectSlots } from '../match/match-events.ts'
import { NO_SLOTS } from '../match/match-events.ts'
import { createSubscriptions, readCurrentVersions } from '../match/subscriptions.ts'
import { readWrittenPairs } from '../match/written-pairs.ts'
import type { Messages } from '../messages.ts'
import { recordFaults } from '../record/delivery-faults.ts'
import type { Dispatch, EventSource, RelayedBatch } from '../relay/event-source.ts'
import type { LeasedEvent } from '../relay/leased-event.ts'
import { MAX_LEASED } from '../relay/leased-events.ts'
import { isInOrder, matchBatch, toBatch } from '../relay/match-batch.ts'
import { awaitNextBatch, MIN_BATCH } from '../relay/next-batch-size.ts'
import { readStored } from './sql/statements.generated.ts'
import type { StreamEvents, StreamTakenEvent } from './stream-events.ts'

/** Without a wake-up of the reader, there is nothing to take. */
const IDLE_MS = 60_000
/** Events that follow each other this fast share a batch: it takes this long to gather one. */
const BUSY_MS = 8
const GATHER_MS = 10

export interface StreamSourceOptions {
  database: Database
  streams: EventStreams
  clock: Clock
  log: Logger
  openTarget: OpenTarget
  messages: Messages
  leasedEvents: StreamEvents
}

/** Events of the partitions that this node owns. */
export class StreamSource implements EventSource {
  readonly everyMs = IDLE_MS
  readonly #options: StreamSourceOptions
  readonly #subscriptions
  readonly #splitter = createSplitter()
  /** Messages that have arrived and are not held yet. */
  #arrived: TakenMessage[] = []
  #arrivedEvents = 0
  /** Events that are held and could not be matched, because the database did not answer. */
  #unmatched: StreamTakenEvent[] = []
  #takenAt = -Infinity
  #isBusy = false
  #reading: Reading | undefined
  #wake = (): void => {}
  #onRoom: (() => void)[] = []

  constructor(options: StreamSourceOptions) {
    this.#options = options
    this.#subscriptions = createSubscriptions(options.clock)
  }

  onEvents(wake: () => void): void {
    this.#wake = wake
  }

  async start(): Promise<void> {
    this.#reading = this.#options.streams.read({
      onMessage: (message) => {
        this.#arrived.push(message)
        this.#arrivedEvents += message.events.length
        this.#wake()
      },
      room: () => this.#untilRoom(),
      onLost: (partition) => this.#lose(partition),
    })
  }

  /** Takes nothing more, after the last `take` has ended. What arrived and is not on its way goes to the next owner. */
  async stop(): Promise<void> {
    await this.#reading?.stop()
    for (const message of this.#takeArrived(Number.POSITIVE_INFINITY)) message.giveBack()
    this.#options.leasedEvents.giveBack(this.#unmatched.splice(0).map(({ key }) => key))
  }

  async leave(): Promise<void> {
    await this.#reading?.release()
  }

  async take(dispatch: Dispatch): Promise<boolean | number> {
    const { leasedEvents } = this.#options
    const limit = await awaitNextBatch(leasedEvents, MAX_BATCH.postgresql)
    await this.#gather()
    if (leasedEvents.count < MAX_LEASED) {
      for (const message of this.#takeArrived(limit - this.#unmatched.length))
        this.#unmatched.push(...leasedEvents.hold(message))
    }
    const events = this.#unmatched
    const now = performance.now()
    this.#isBusy = events.length * BUSY_MS >= now - this.#takenAt
    this.#takenAt = now
    if (events.length > 0) await this.#relayOrSplit(dispatch, events)
    this.#unmatched = []
    return this.#arrived.length > 0
  }

  /** A batch costs round trips, however small. */
  async #gather(): Promise<void> {
    const restMs = this.#takenAt + GATHER_MS - performance.now()
    if (!this.#isBusy || this.#arrivedEvents >= MIN_BATCH || restMs <= 0) return
    await new Promise((resolve) => setTimeout(resolve, restMs))
  }

  /** Takes messages with about this many events, in the order of their arrival. */
  #takeArrived(maxEvents: number): TakenMessage[] {
    let [count, events] = [0, 0]
    while (count < this.#arrived.length && events < maxEvents) {
      events += this.#arrived[count]!.events.length
      count += 1
    }
    this.#arrivedEvents -= events
    const taken = this.#arrived.splice(0, count)
    if (this.#hasRoom()) for (const resolve of this.#onRoom.splice(0)) resolve()
    return taken
  }

  #hasRoom(): boolean {
    return this.#arrivedEvents < MAX_BATCH.postgresql * 2
  }

  async #untilRoom(): Promise<void> {
    if (!this.#hasRoom()) await new Promise<void>((resolve) => this.#onRoom.push(resolve))
  }

  #lose(partition: number): void {
    const isKept = (message: TakenMessage): boolean => message.partition !== partition
    this.#arrived = this.#arrived.filter(isKept)
    this.#arrivedEvents = this.#arrived.reduce((sum, { events }) => sum + events.length, 0)
    this.#options.leasedEvents.lose(partition)
    if (this.#hasRoom()) for (const resolve of this.#onRoom.splice(0)) resolve()
  }

  /** Relays a batch. If one of its events makes it fail, the batch is split until that event is alone. */
  async #relayOrSplit(dispatch: Dispatch, events: readonly StreamTakenEvent[]): Promise<void> {
    const relay = async (some: readonly StreamTakenEvent[]): Promise<void> =>
      void (await dispatch((slots) => this.#match(some, slots)))
    await this.#splitter.attempt(
      () => relay(events),
      (failure) => splitUp(events, failure, relay, (event, error) => this.#giveUp(dispatch, event, error)),
    )
  }

  /** @param isApart whether the recorder writes all deliveries, which isolates those that the database refuses */
  async #match(
    events: readonly StreamTakenEvent[],
    slots: DirectSlots,
    { isApart = false } = {},
  ): Promise<RelayedBatch> {
    const { database, leasedEvents } = this.#options
    const held = events.filter(({ key }) => isToMatch(leasedEvents.event(key)))
    const { written, stored } = await this.#readEarlier(held)
    const fresh = held.filter((event) => event.isRepeated || !stored.has(idOf(event)))
    // After the events have arrived, so that an event that follows a change of a webhook finds it.
    const organizations = new Set(fresh.map(({ organization_id }) => organization_id))
    const { versions, readAt } = await readCurrentVersions(database, [...organizations])
    const options = { ...this.#options, subscriptions: this.#subscriptions }
    const { planned, skips } = await matchBatch(database, fresh, versions, written, slots, options)
    const inOrder = isApart ? [] : planned.filter(isInOrder)
    if (inOrder.length > 0) await leasedEvents.writeInOrder(inOrder, readAt)
    const others = inOrder.length === 0 ? planned : planned.filter((one) => !isInOrder(one))
    return {
      ...toBatch(leasedEvents, held, { planned: others, skips }, readAt),
      hasQueued: inOrder.length > 0,
    }
  }

  /** Reads what is stored of events that may have come before. */
  async #readEarlier(
    events: readonly StreamTakenEvent[],
  ): Promise<{ written: Set<string>; stored: Set<string> }> {
    const { database } = this.#options
    const given = events.filter(({ isRepeated, hasGivenId }) => hasGivenId && !isRepeated)
    const written = await readWrittenPairs(
      database,
      events.filter(({ isRepeated }) => isRepeated),
    )
    if (given.length === 0) return { written, stored: new Set() }
    const { rows } = await database.query(
      ...readStored({
        events: plainArray(given.map(({ id }) => id)),
        organizations: plainArray(given.map(({ organization_id }) => organization_id)),
      }),
    )
    return { written, stored: new Set(rows.map(idOf)) }
  }

  /** Has the recorder write an event's deliveries one by one. One that cannot be matched even alone goes to the refused ones. */
  async #giveUp(dispatch: Dispatch, event: StreamTakenEvent, error: unknown): Promise<void> {
    const { database, leasedEvents, messages, log } = this.#options
    try {
      await dispatch(() => this.#match([event], NO_SLOTS, { isApart: true }))
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      const fault = faultOfEvent(event, refusal)
      messages.emit('fault', fault)
      const leased = leasedEvents.event(event.key)
      if (leased !== undefined) leasedEvents.setAside(leased)
      await recordFaults(database, [fault]).catch((failure: unknown) =>
        log.warn({ error: messageOf(failure) }, 'cannot record a fault'),
      )
    }
  }
}

/** The partition may have been lost; and of a batch that failed in parts, some may be on their way. */
const isToMatch = (event: LeasedEvent | undefined): boolean =>
  event !== undefined && event.unwritten.size === 0
