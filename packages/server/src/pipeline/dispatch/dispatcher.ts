import type { Clock } from '../../domain/clock.ts'
import type { EndpointLoad, SlotLimits, Taken, Ticket } from './endpoint-slots.ts'
import { EndpointSlots } from './endpoint-slots.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { canStillSend } from '../../domain/delivery.ts'
import type { WebhookTarget } from '../../domain/webhook.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'

export interface DispatcherOptions {
  clock: Clock
  /** Sends one delivery. */
  attempt(delivery: LeasedDelivery): Promise<AttemptRecord>
  /** Takes a finished attempt; resolves when there is room for another one, which is what bounds memory. */
  record(attempt: AttemptRecord): Promise<void>
  /** Gives back leases of deliveries that will not be sent from here. */
  giveBack(deliveries: readonly LeasedDelivery[]): void
  /** A defect of ours: the delivery stays leased and comes due again when the lease ends. */
  onFault(delivery: LeasedDelivery, error: unknown): void
  /** Called when an endpoint has little left to send from memory. */
  onRoom(): void
}

const LIMITS: SlotLimits = {
  queued: 20_000,
  queuedPerEndpoint: 1_000,
  inFlight: 4_000,
  bodies: 128 * 1024 * 1024,
}

/** Places in memory that a fan-out asked for before its transaction committed. */
export interface Reservation {
  admit(target: WebhookTarget, body: string): boolean
  /** What was asked for and is not among them gives its place back. */
  commit(deliveries: readonly LeasedDelivery[]): void
  cancel(): void
}

/** Sends what it is given, each endpoint within its slots, and passes the results on. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #slots: EndpointSlots
  #stopping = false
  #abandoned = false
  #onIdle: (() => void) | undefined
  #isPumpDue = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#slots = new EndpointSlots(LIMITS, () => options.clock.now())
  }

  get room(): number {
    return this.#stopping ? 0 : this.#slots.room
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#slots.inFlight
  }

  loads(): EndpointLoad[] {
    return this.#slots.loads()
  }

  reserve(): Reservation {
    const admitted = new Map<string, Ticket[]>()
    const admit = (target: WebhookTarget, { length: bodyLength }: string): boolean => {
      const ticket = this.#stopping ? undefined : this.#slots.reserve(target, bodyLength)
      if (ticket === undefined) return false
      const tickets = admitted.get(target.id)
      if (tickets === undefined) admitted.set(target.id, [ticket])
      else tickets.push(ticket)
      return true
    }
    const cancel = (): void => {
      for (const tickets of admitted.values()) for (const ticket of tickets) this.#slots.cancel(ticket)
      admitted.clear()
    }
    return {
      admit,
      commit: (deliveries) => {
        const refused: LeasedDelivery[] = []
        for (const delivery of deliveries) {
          // In the order in which they were asked for: a webhook's tickets differ in nothing but the length of the body.
          const ticket = admitted.get(delivery.target.id)?.shift()
          if (ticket === undefined) refused.push(delivery)
          else this.#slots.add(ticket, delivery)
        }
        cancel()
        if (refused.length > 0) this.#options.giveBack(refused)
        this.#pump()
      },
      cancel,
    }
  }

  /** Takes deliveries that were claimed for free slots; what finds no room after all is given back. */
  accept(deliveries: readonly LeasedDelivery[]): void {
    const refused: LeasedDelivery[] = []
    for (const delivery of deliveries) {
      const ticket = this.#stopping ? undefined : this.#slots.reserve(delivery.target, delivery.body.length)
      if (ticket === undefined) refused.push(delivery)
      else this.#slots.add(ticket, delivery)
    }
    if (refused.length > 0) this.#options.giveBack(refused)
    this.#pump()
  }

  /** Gives back what waits in memory for a webhook that was changed or is held: it is claimed anew, as the webhook is then. */
  forget(webhookId?: string): void {
    const drained = this.#slots.drain(webhookId)
    if (drained.length > 0) this.#options.giveBack(drained)
  }

  /** Starts nothing more; resolves when nothing is in flight. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.forget()
    if (this.#slots.inFlight === 0) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  /** What is still under way will be cut off by our own end: that is no result of the endpoint's. */
  abandon(): void {
    this.#abandoned = true
  }

  #pump(): void {
    if (this.#stopping) return
    for (let next = this.#slots.take(); next !== undefined; next = this.#slots.take()) void this.#run(next)
  }

  /**
   * Once for all answers of this turn of the event loop: requests that are written one after the other find a receiver awake,
   * and waking it is what costs most of a write.
   */
  #pumpSoon(): void {
    if (this.#isPumpDue) return
    this.#isPumpDue = true
    setImmediate(() => {
      this.#isPumpDue = false
      this.#pump()
    })
  }

  async #run({ ticket, delivery }: Taken): Promise<void> {
    try {
      // One that waited too long is given back, with all that waits behind it: whoever claims it then starts afresh.
      if (!canStillSend(delivery, this.#options.clock.now())) {
        this.#options.giveBack([delivery, ...this.#slots.drain(delivery.target.id)])
      } else {
        const attempt = await this.#options.attempt(delivery)
        if (!this.#abandoned) await this.#options.record(attempt)
      }
    } catch (error) {
      this.#options.onFault(delivery, error)
    } finally {
      this.#slots.release(ticket)
    }
    if (this.#slots.inFlight === 0) this.#onIdle?.()
    this.#pumpSoon()
    if (this.#slots.isRunningLow(delivery.target.id)) this.#options.onRoom()
  }
}
