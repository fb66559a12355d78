import type { Database } from '../../database/database.ts'
import type { Transaction } from '../../database/database.ts'
import { toMultirange } from '../../database/multirange.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { newToken } from '../../domain/ids.ts'
import { Pace } from '../../domain/pace.ts'
import type { Messages } from '../messages.ts'
import type { LeasedBatch, LeasedRow, OutboxHolder, OutboxScope } from './outbox.ts'
import { isLeaseLost, leaseBatch, leaseInOrder } from './outbox.ts'
import { registerLease } from './sql/statements.generated.ts'

/** An event that this node has leased from the outbox. */
export interface LeasedEvent {
  outboxId: number
  /** Milliseconds, by `performance.now()`. */
  leasedAt: number
  unwritten: Set<UnwrittenDelivery>
}

/** A delivery that was matched and is not in the database yet. */
export interface UnwrittenDelivery {
  readonly delivery: LeasedDelivery
  readonly event: LeasedEvent
  /** When it was matched, by the database's clock, as text. */
  readonly createdAt: string
  readonly recordId: string | null
  readonly redact: readonly string[] | null
  readonly shape: string | null
  /** The reason why it is filtered; undefined: it is sent. */
  filtered: string | undefined
  /** The entry that will write it; undefined: none yet. */
  writer: object | undefined
  /** Resolves when the write that is under way has ended. */
  writing: Promise<void> | undefined
}

/** No more events are leased while the outcomes of this many are not written. */
export const MAX_LEASED = 5_000

const NO_LEASE = '00000000-0000-0000-0000-000000000000'

/** Events that neither leave the outbox nor are sent again. Beyond it, the first ones are leased again. */
const MAX_SET_ASIDE = 1_000

/**
 * The events that this node has leased from the outbox, each until all of its deliveries are written.
 *
 *     outbox → leased → written (delivered, or pending with a row in the queue) → gone from the outbox
 *                 └→ lost: another node has taken over the lease; it sends the rest again, and outcomes of this node do not count
 *
 * The lease is one row for the node. It lasts as long as the node's heartbeat.
 */
export class LeasedEvents {
  readonly nodeId: string
  readonly #database: Database
  readonly #messages: Messages
  readonly #events = new Map<number, LeasedEvent>()
  readonly #deliveries = new Map<string, UnwrittenDelivery>()
  readonly #setAside = new Set<number>()
  readonly #pace = new Pace(performance.now())
  #ended = 0
  /** The fencing token; undefined: this node has no lease yet, or has lost it. */
  #lease: string | undefined
  #leasing: Promise<unknown> = Promise.resolve()
  #waiting: { below: number; resolve: () => void }[] = []

  constructor(database: Database, nodeId: string, messages: Messages) {
    this.#database = database
    this.nodeId = nodeId
    this.#messages = messages
  }

  /** Events that this node has leased and not written. */
  get count(): number {
    return this.#events.size
  }

  /** Events that have ended, since the start. */
  get ended(): number {
    return this.#ended
  }

  /** Returns how many events end in this many milliseconds. */
  endsWithin(ms: number): number {
    return this.#pace.within(ms, performance.now())
  }

  get holder(): OutboxHolder {
    const held = toMultirange([...this.#events.keys(), ...this.#setAside])
    return { nodeId: this.nodeId, lease: this.#lease ?? NO_LEASE, held }
  }

  /** Leases a batch of events. */
  async lease(scope: OutboxScope): Promise<LeasedBatch> {
    const leased = await this.#leaseNext(async (holder) => {
      const batch = await leaseBatch(this.#database, holder, scope)
      this.#keep(batch.rows)
      return batch
    })
    return leased ?? { rows: [], ordered: [], isFull: true }
  }

  /**
   * Leases events of organizations with an order per record, and has `write` write in the same transaction what must be written in
   * their order.
   *
   * @returns what `write` returns; undefined: nothing was leased
   */
  async leaseInOrder<T>(
    only: readonly number[],
    write: (transaction: Transaction, rows: readonly LeasedRow[]) => Promise<T>,
  ): Promise<T | undefined> {
    return await this.#leaseNext(async (holder) => {
      const { rows, result } = await this.#database.transaction(async (transaction) => {
        const leased = await leaseInOrder(transaction, holder, only)
        return { rows: leased, result: leased.length > 0 ? await write(transaction, leased) : undefined }
      })
      this.#keep(rows)
      return result
    })
  }

  /** One after the other, because each statement names all rows that the node holds. */
  async #leaseNext<T>(lease: (holder: OutboxHolder) => Promise<T>): Promise<T | undefined> {
    const leasing = this.#leasing.then(() => this.#leaseUnlessLost(lease))
    this.#leasing = leasing.catch(() => {})
    return await leasing
  }

  async #leaseUnlessLost<T>(lease: (holder: OutboxHolder) => Promise<T>): Promise<T | undefined> {
    if (this.#events.size >= MAX_LEASED) return undefined
    if (this.#lease === undefined) await this.#register()
    const { holder } = this
    try {
      return await lease(holder)
    } catch (error) {
      if (!isLeaseLost(error)) throw error
      this.lose(holder.lease)
      return undefined
    }
  }

  #keep(rows: readonly LeasedRow[]): void {
    const leasedAt = performance.now()
    for (const { outbox_id: outboxId } of rows)
      this.#events.set(outboxId, { outboxId, leasedAt, unwritten: new Set() })
  }

  async #register(): Promise<void> {
    const lease = newToken()
    await this.#database.query(...registerLease({ nodeId: this.nodeId, lease }))
    this.#lease = lease
  }

  /** The lease under which deliveries are sent. */
  get token(): string {
    if (this.#lease === undefined) throw new Error('no lease of the outbox')
    return this.#lease
  }

  event(outboxId: number): LeasedEvent | undefined {
    return this.#events.get(outboxId)
  }

  find(deliveryId: string): UnwrittenDelivery | undefined {
    return this.#deliveries.get(deliveryId)
  }

  /** Remembers the deliveries of leased events. */
  add(deliveries: readonly UnwrittenDelivery[]): void {
    for (const unwritten of deliveries) {
      unwritten.event.unwritten.add(unwritten)
      this.#deliveries.set(unwritten.delivery.id, unwritten)
    }
  }

  /** Forgets events of which nothing was sent or written: they are leased again. */
  forget(outboxIds: readonly number[]): void {
    for (const outboxId of outboxIds) {
      const event = this.#events.get(outboxId)
      if (event !== undefined) this.#end(event)
    }
    this.#resume()
  }

  /** Returns the events whose deliveries are all written once these are. */
  lastOf(deliveries: readonly UnwrittenDelivery[]): LeasedEvent[] {
    const counts = new Map<LeasedEvent, number>()
    for (const { event } of deliveries) counts.set(event, (counts.get(event) ?? 0) + 1)
    return [...counts].flatMap(([event, count]) => (event.unwritten.size === count ? [event] : []))
  }

  /**
   * To be called when the deliveries are written and the events have left the outbox.
   *
   * @returns the events that must leave it now, because another write ended at the same time
   */
  written(deliveries: readonly UnwrittenDelivery[], finished: readonly LeasedEvent[]): LeasedEvent[] {
    for (const unwritten of deliveries) {
      unwritten.event.unwritten.delete(unwritten)
      this.#deliveries.delete(unwritten.delivery.id)
    }
    for (const event of finished) this.#end(event)
    this.#pace.finish(performance.now(), finished.length)
    this.#ended += finished.length
    const left = new Set(deliveries.map(({ event }) => event))
    this.#resume()
    return [...left].filter(
      (event) => event.unwritten.size === 0 && this.#events.get(event.outboxId) === event,
    )
  }

  /** Keeps an event that cannot leave the outbox from being leased again by this process. */
  setAside(event: LeasedEvent): void {
    this.#end(event)
    this.#setAside.add(event.outboxId)
    const [first] = this.#setAside
    if (this.#setAside.size > MAX_SET_ASIDE && first !== undefined) this.#setAside.delete(first)
    this.#resume()
  }

  /** Another node has taken over the lease. A late answer may tell so of an earlier one, which changes nothing. */
  lose(lease: string): void {
    if (lease !== this.#lease) return
    this.#lease = undefined
    this.#events.clear()
    this.#deliveries.clear()
    this.#setAside.clear()
    this.#resume()
    this.#messages.emit('leaseLost')
  }

  /** Deliveries of events that were leased before `leasedBefore` and that no entry will write. */
  overdue(leasedBefore: number): UnwrittenDelivery[] {
    const overdue: UnwrittenDelivery[] = []
    for (const { leasedAt, unwritten } of this.#events.values()) {
      if (leasedAt > leasedBefore) break
      for (const one of unwritten) if (one.writer === undefined) overdue.push(one)
    }
    return overdue
  }

  /** Resolves when fewer than `below` events are held, or after `maxMs`. */
  async untilBelow(below: number, maxMs: number): Promise<void> {
    if (this.#events.size < below) return
    await new Promise<void>((resolve) => {
      const waiting = { below, resolve: () => (clearTimeout(timer), resolve()) }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        resolve()
      }, maxMs)
      this.#waiting.push(waiting)
    })
  }

  #end(event: LeasedEvent): void {
    if (this.#events.get(event.outboxId) !== event) return
    this.#events.delete(event.outboxId)
    for (const { delivery } of event.unwritten) this.#deliveries.delete(delivery.id)
  }

  #resume(): void {
    if (this.#waiting.length === 0) return
    const { size } = this.#events
    this.#waiting = this.#waiting.filter(({ below, resolve }) => {
      if (size < below) resolve()
      return size >= below
    })
  }
}
