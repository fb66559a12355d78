import { Pace } from '../../domain/pace.ts'
import type { Messages } from '../messages.ts'
import type { DeliveryToWrite } from '../record/delivery-columns.ts'
import type { LeasedEvent, UnwrittenDelivery } from './leased-event.ts'

/** No more events are leased while the outcomes of this many are not written. */
export const MAX_LEASED = 5_000

/**
 * The events that this node holds under a lease, each until all of its deliveries are written.
 *
 *     taken → leased → written (delivered, or pending with a row in the queue) → done
 *                └→ lost: another node has taken over, and sends the rest again. With the outbox, outcomes of this node do not count; with
 *                   streams, the first outcome of a delivery does
 */
export abstract class LeasedEvents {
  readonly nodeId: string
  readonly #messages: Messages
  readonly #events = new Map<number, LeasedEvent>()
  readonly #deliveries = new Map<string, UnwrittenDelivery>()
  readonly #pace = new Pace(performance.now())
  #ended = 0
  #waiting: { below: number; resolve: () => void }[] = []

  constructor(nodeId: string, messages: Messages) {
    this.nodeId = nodeId
    this.#messages = messages
  }

  /** The lease under which deliveries are sent. */
  abstract get token(): string

  /**
   * Writes deliveries for the first time. Events whose deliveries are then all written are done, in the same commit where the source
   * is the database itself.
   *
   * @returns false: the lease was lost. Another node sends these events again, and writes their outcomes.
   */
  abstract write(rows: readonly DeliveryToWrite[], done: readonly LeasedEvent[]): Promise<boolean>

  /** Extends the leases of events that are held for long. */
  abstract extend(): void

  /** Gives back events of which nothing was sent or written: they are leased again, by any node. */
  giveBack(keys: readonly number[]): void {
    for (const key of keys) {
      const event = this.#events.get(key)
      if (event !== undefined) this.#end(event)
    }
    this.#resume()
  }

  /** Keeps an event that can neither be done nor sent from being leased again by this process. */
  setAside(event: LeasedEvent): void {
    this.#end(event)
    this.#resume()
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

  protected get keys(): Iterable<number> {
    return this.#events.keys()
  }

  protected keep(keys: readonly number[]): void {
    const leasedAt = performance.now()
    for (const key of keys) this.#events.set(key, { key, leasedAt, unwritten: new Set() })
  }

  event(key: number): LeasedEvent | undefined {
    return this.#events.get(key)
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

  /** Returns the events whose deliveries are all written once these are. */
  lastOf(deliveries: readonly UnwrittenDelivery[]): LeasedEvent[] {
    const counts = new Map<LeasedEvent, number>()
    for (const { event } of deliveries) counts.set(event, (counts.get(event) ?? 0) + 1)
    return [...counts].flatMap(([event, count]) => (event.unwritten.size === count ? [event] : []))
  }

  /**
   * To be called when the deliveries are written and the events are done.
   *
   * @returns the events that are done now, too, because another write ended at the same time
   */
  written(deliveries: readonly UnwrittenDelivery[], done: readonly LeasedEvent[]): LeasedEvent[] {
    for (const unwritten of deliveries) {
      unwritten.event.unwritten.delete(unwritten)
      this.#deliveries.delete(unwritten.delivery.id)
    }
    for (const event of done) this.#end(event)
    this.#pace.finish(performance.now(), done.length)
    this.#ended += done.length
    const left = new Set(deliveries.map(({ event }) => event))
    this.#resume()
    return [...left].filter((event) => event.unwritten.size === 0 && this.#events.get(event.key) === event)
  }

  /** Forgets events that other nodes send now, and tells the stages, which may hold more of them. */
  protected forgetLost(events: readonly LeasedEvent[]): void {
    for (const event of events) this.#end(event)
    this.#resume()
    this.#messages.emit('leaseLost')
  }

  protected get all(): LeasedEvent[] {
    return [...this.#events.values()]
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
    if (this.#events.get(event.key) !== event) return
    this.#events.delete(event.key)
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
