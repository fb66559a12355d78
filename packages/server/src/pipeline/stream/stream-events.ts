import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Database, Result, Transaction } from '../../database/database.ts'
import type { ParamsOf } from '../../database/statement.ts'
import { buildEventBody } from '../../domain/event-body.ts'
import { newToken } from '../../domain/ids.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { EventStreams } from '../../streams/event-streams.ts'
import type { TakenMessage } from '../../streams/message-reader.ts'
import { idOf } from '../../streams/event-message.ts'
import type { StreamedEvent } from '../../streams/event-message.ts'
import type { PlannedDelivery } from '../match/match-events.ts'
import type { Messages } from '../messages.ts'
import type { DeliveryToWrite } from '../record/delivery-columns.ts'
import { toDeliveryColumns } from '../record/delivery-columns.ts'
import type { LeasedEvent } from '../relay/leased-event.ts'
import { LeasedEvents } from '../relay/leased-events.ts'
import { replaceUpdates } from '../relay/replace-updates.ts'
import type { TakenEvent } from '../relay/taken-event.ts'
import { markStreamed, writeStreamed } from './sql/statements.generated.ts'

/** Messages that are held for longer are extended: well before the stream delivers them again. */
const EXTEND_AFTER_MS = 20_000

/** A message of which events are held. */
interface HeldMessage {
  message: TakenMessage
  /** Events that are not done. */
  left: number
  extendedAt: number
  /** Its acknowledgement is void: it comes again, here or at another node. */
  isLost: boolean
}

interface HeldEvent {
  streamed: StreamedEvent
  held: HeldMessage
  isStored: boolean
}

export interface StreamEventsOptions {
  database: Database
  streams: EventStreams
  metrics: Pick<Metrics, 'repeated'>
  nodeId: string
  messages: Messages
}

/** An event of a message, with what is known of earlier copies. */
export interface StreamTakenEvent extends TakenEvent {
  isRepeated: boolean
  hasGivenId: boolean
}

/**
 * The events that this node has taken from streams. A message is acknowledged when all of its events are done. Ids decide which of two
 * nodes writes a delivery, so a write needs no lease.
 */
export class StreamEvents extends LeasedEvents {
  readonly #database: Database
  readonly #streams: EventStreams
  readonly #metrics: Pick<Metrics, 'repeated'>
  readonly #token = newToken()
  readonly #held = new Map<number, HeldEvent>()
  readonly #keys = new Map<string, number>()
  #lastKey = 0

  constructor({ database, streams, metrics, nodeId, messages }: StreamEventsOptions) {
    super(nodeId, messages)
    this.#database = database
    this.#streams = streams
    this.#metrics = metrics
  }

  override get token(): string {
    return this.#token
  }

  /** Holds the events of a message. @returns those that this node does not hold already */
  hold(message: TakenMessage): StreamTakenEvent[] {
    const held = { message, left: 0, extendedAt: performance.now(), isLost: false }
    const events = message.events.flatMap((streamed) => {
      const key = this.#keys.get(idOf(streamed))
      if (key === undefined) return [this.#holdOne(streamed, held)]
      this.#adopt(this.#held.get(key)!, held)
      return []
    })
    if (held.left === 0) message.done()
    this.keep(events.map(({ key }) => key))
    return events
  }

  #holdOne(streamed: StreamedEvent, held: HeldMessage): StreamTakenEvent {
    const key = (this.#lastKey += 1)
    this.#keys.set(idOf(streamed), key)
    this.#held.set(key, { streamed, held, isStored: false })
    held.left += 1
    return toTaken(key, streamed, held.message)
  }

  /** An event that is being sent has come again: the later message is acknowledged when it is done. A second copy of it is not waited for. */
  #adopt(event: HeldEvent, by: HeldMessage): void {
    if (!event.held.isLost) return
    event.held = by
    by.left += 1
  }

  override async write(rows: readonly DeliveryToWrite[], done: readonly LeasedEvent[]): Promise<boolean> {
    const unstored = this.#unstoredOf(rows, done)
    const written = await this.#database.transaction(async (transaction) => {
      this.#mark(transaction)
      return await transaction.finish(...this.#toStatement(rows, unstored))
    })
    this.#note(rows, unstored, written)
    for (const { key } of done) this.#finish(key)
    return true
  }

  /** Writes deliveries that have an order, as waiting. Their events are held until the others are written. */
  async writeInOrder(planned: readonly PlannedDelivery[], createdAt: string): Promise<void> {
    const rows = planned.map((one): DeliveryToWrite => ({
      unwritten: { ...one, createdAt, event: one },
      written: { as: 'waiting', isLeased: false },
    }))
    const unstored = this.#unstoredOf(rows, [])
    const written = await this.#database.transaction(async (transaction) => {
      this.#mark(transaction)
      const result = await transaction.query(...this.#toStatement(rows, unstored))
      await replaceUpdates(transaction, planned)
      return result
    })
    this.#note(rows, unstored, written)
  }

  override extend(): void {
    const now = performance.now()
    for (const { held } of this.#held.values()) {
      if (now - held.extendedAt < EXTEND_AFTER_MS) continue
      held.extendedAt = now
      held.message.extend()
    }
  }

  override giveBack(keys: readonly number[]): void {
    for (const key of keys) this.#held.get(key)?.held.message.giveBack()
    super.giveBack(keys)
    for (const key of keys) this.#forget(key)
  }

  /** Moves the event to the refused ones, where an operator finds it. */
  override setAside(event: LeasedEvent): void {
    const held = this.#held.get(event.key)
    super.setAside(event)
    if (held === undefined) return
    // Without an acknowledgement of the move, the message comes again.
    this.#streams.refuse(held.streamed, 'no database accepts it').then(
      () => this.#finish(event.key),
      () => this.#forget(event.key),
    )
  }

  /**
   * Another node may own the partition now. It gets what is not on its way. What is being sent ends here: its outcome is written unless
   * the other node has written one.
   */
  lose(partition: number): void {
    const lost = this.all.filter(({ key }) => this.#held.get(key)?.held.message.partition === partition)
    for (const { key } of lost) this.#held.get(key)!.held.isLost = true
    const unsent = lost.filter(({ unwritten }) => unwritten.size === 0)
    for (const { key } of unsent) this.#forget(key)
    this.forgetLost(unsent)
  }

  /** What is stored with the first of its deliveries, or at its end. */
  #unstoredOf(rows: readonly DeliveryToWrite[], done: readonly LeasedEvent[]): HeldEvent[] {
    const keys = new Set([...rows.map(({ unwritten }) => unwritten.event.key), ...done.map(({ key }) => key)])
    return [...keys].flatMap((key) => this.#held.get(key) ?? []).filter(({ isStored }) => !isStored)
  }

  #mark(transaction: Transaction): void {
    const [mark] = markStreamed()
    transaction.ahead(mark, [])
  }

  #toStatement(rows: readonly DeliveryToWrite[], unstored: readonly HeldEvent[]) {
    const columns = {
      ...toEventColumns(unstored.map(({ streamed }) => streamed)),
      ...toDeliveryColumns(rows),
    }
    return writeStreamed({ nodeId: this.nodeId, lease: this.token, ...columns })
  }

  #note(rows: readonly unknown[], unstored: readonly HeldEvent[], result: Result<{ written: number }>): void {
    this.#metrics.repeated(rows.length - result.rows[0]!.written)
    for (const one of unstored) one.isStored = true
  }

  #finish(key: number): void {
    const held = this.#forget(key)
    if (held === undefined) return
    held.left -= 1
    if (held.left === 0) held.message.done()
  }

  #forget(key: number): HeldMessage | undefined {
    const event = this.#held.get(key)
    if (event === undefined) return undefined
    this.#held.delete(key)
    this.#keys.delete(idOf(event.streamed))
    return event.held
  }
}

function toTaken(key: number, event: StreamedEvent, message: TakenMessage): StreamTakenEvent {
  const { id, organization_id, event: type, origin, traceparent, created_ms } = event
  return {
    key,
    id,
    organization_id,
    event: type,
    origin,
    traceparent,
    created_ms,
    body: buildEventBody(event),
    isRepeated: message.isRepeated,
    hasGivenId: message.hasGivenIds,
  }
}

type EventColumns = Pick<
  ParamsOf<typeof writeStreamed>,
  | 'storedIds'
  | 'storedOrganizations'
  | 'storedTypes'
  | 'data'
  | 'previous'
  | 'happenedAt'
  | 'sources'
  | 'acceptedAt'
  | 'origins'
  | 'traceparents'
>

function toEventColumns(events: readonly StreamedEvent[]): EventColumns {
  return {
    storedIds: plainArray(events.map(({ id }) => id)),
    storedOrganizations: plainArray(events.map(({ organization_id }) => organization_id)),
    storedTypes: textArray(events.map(({ event }) => event)),
    data: textArray(events.map(({ data }) => data)),
    previous: textArray(events.map(({ previous }) => previous)),
    happenedAt: textArray(events.map(({ timestamp }) => timestamp)),
    sources: textArray(events.map(({ source }) => source)),
    acceptedAt: plainArray(events.map(({ created_ms }) => new Date(created_ms).toISOString())),
    origins: textArray(events.map(({ origin }) => origin)),
    traceparents: textArray(events.map(({ traceparent }) => traceparent)),
  }
}
