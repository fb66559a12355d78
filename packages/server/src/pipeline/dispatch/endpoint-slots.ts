import type { LeasedDelivery } from '../../domain/delivery.ts'
import { EndpointPace } from './endpoint-pace.ts'

export interface SlotLimits {
  /** Deliveries waiting in memory, over all endpoints. */
  queued: number
  /**
   * Deliveries waiting in memory for one endpoint while memory is plentiful, which is while less than half of `queued` is used;
   * more for one that is fast.
   */
  queuedPerEndpoint: number
  /** Requests under way, over all endpoints. */
  inFlight: number
  /** Characters of all bodies waiting or under way; one that several webhooks get counts for each. */
  bodies: number
}

/** Deliveries waiting, under way or about to be added, of one endpoint in this process. */
export interface EndpointLoad {
  webhook_id: string
  load: number
  /** How many it may be given by a claim that sets no other limit: what it takes in a short while; see `CLAIM_AHEAD`. */
  ahead: number
}

/**
 * Deliveries claimed for an endpoint at most, as a multiple of the requests that it may have under way: as many as keep its
 * slots busy and as many again waiting behind them, so that claims come in batches. For one that takes more than that
 * within `CLAIM_AHEAD_MS`, as many as that is: else it would wait for one claim after the other.
 */
export const CLAIM_AHEAD = 2
const CLAIM_AHEAD_MS = 250
/** What a fast endpoint takes in so long may wait in memory; far less than a lease lasts. */
const QUEUED_AHEAD_MS = 3_000
/** Requests that any endpoint may have under way even when half of all that are possible are: none starves. */
const ASSURED_IN_FLIGHT = 4

type EndpointKey = Pick<LeasedDelivery['target'], 'id' | 'maxInFlight'>

/**
 * What one delivery takes of the budgets, from `reserve` until `cancel`, `release` or `drain` gives back exactly that,
 * whatever has become of its body in between.
 */
export interface Ticket {
  readonly webhookId: string
  readonly bodyLength: number
}

/** A delivery that was taken to be sent. */
export interface Taken {
  readonly ticket: Ticket
  readonly delivery: LeasedDelivery
}

interface Endpoint {
  queue: Taken[]
  inFlight: number
  maxInFlight: number
  /** Admitted by a fan-out that has not committed yet. */
  reserved: number
  /** Whether it stands in `ready`. */
  listed: boolean
  pace: EndpointPace
}

/**
 * The hot lane: what this process holds under a lease, queued by endpoint.
 *
 * An endpoint with a free slot and something queued stands in `ready` exactly once; `take` serves the endpoints in
 * turn. So a slow endpoint holds its own slots and queue, nobody else's: when what all share runs short, each is held
 * to a small share, and room is left for those that have nothing yet.
 */
export class EndpointSlots {
  readonly #limits: SlotLimits
  readonly #now: () => number
  readonly #endpoints = new Map<string, Endpoint>()
  #ready: string[] = []
  #queued = 0
  #inFlight = 0
  #bodies = 0

  /** @param now milliseconds of a clock */
  constructor(limits: SlotLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Deliveries that would still find room, over all endpoints. */
  get room(): number {
    return this.#bodies >= this.#limits.bodies ? 0 : this.#limits.queued - this.#queued
  }

  /** Characters of bodies that are counted. */
  get bodies(): number {
    return this.#bodies
  }

  /** Keeps a place for a delivery that `add` or `cancel` will follow up; undefined when there is none. */
  reserve({ id, maxInFlight }: EndpointKey, bodyLength: number): Ticket | undefined {
    if (this.#queued >= this.#limits.queued || this.#bodies >= this.#limits.bodies) return undefined
    const known = this.#endpoints.get(id)
    const waiting = known === undefined ? 0 : known.queue.length + known.reserved
    if (waiting >= this.#share(known, maxInFlight)) return undefined
    const endpoint = this.#endpoint(id)
    endpoint.maxInFlight = maxInFlight
    endpoint.reserved += 1
    this.#queued += 1
    this.#bodies += bodyLength
    return { webhookId: id, bodyLength }
  }

  #share(endpoint: Endpoint | undefined, maxInFlight: number): number {
    if (this.#queued >= this.#limits.queued / 2) return CLAIM_AHEAD * maxInFlight
    const pace = endpoint?.pace.within(QUEUED_AHEAD_MS, this.#now()) ?? 0
    return Math.max(this.#limits.queuedPerEndpoint, pace)
  }

  /** Gives back the place of a delivery that will not be added. */
  cancel({ webhookId, bodyLength }: Ticket): void {
    this.#endpoint(webhookId).reserved -= 1
    this.#queued -= 1
    this.#bodies -= bodyLength
    this.#forgetIdle(webhookId)
  }

  /** Queues a delivery whose place was reserved. */
  add(ticket: Ticket, delivery: LeasedDelivery): void {
    const endpoint = this.#endpoint(ticket.webhookId)
    endpoint.reserved -= 1
    endpoint.maxInFlight = delivery.target.maxInFlight
    endpoint.queue.push({ ticket, delivery })
    this.#list(ticket.webhookId, endpoint)
  }

  /** The next delivery to send, now counted as in flight; undefined when all slots or queues are used up. */
  take(): Taken | undefined {
    while (this.#inFlight < this.#limits.inFlight) {
      const webhookId = this.#ready.shift()
      if (webhookId === undefined) return undefined
      const endpoint = this.#endpoint(webhookId)
      endpoint.listed = false
      const next = endpoint.queue.shift()
      // Drained since it was listed.
      if (next === undefined) this.#forgetIdle(webhookId)
      else return this.#start(next, endpoint)
    }
    return undefined
  }

  #start(taken: Taken, endpoint: Endpoint): Taken {
    this.#queued -= 1
    endpoint.inFlight += 1
    this.#inFlight += 1
    this.#list(taken.ticket.webhookId, endpoint)
    return taken
  }

  /** Gives back the slot of what was taken. */
  release({ webhookId, bodyLength }: Ticket): void {
    const endpoint = this.#endpoint(webhookId)
    endpoint.inFlight -= 1
    endpoint.pace.finish(this.#now())
    this.#inFlight -= 1
    this.#bodies -= bodyLength
    this.#list(webhookId, endpoint)
    this.#forgetIdle(webhookId)
  }

  /** Takes back what is queued, for one webhook or for all; what is in flight goes on. */
  drain(webhookId?: string): LeasedDelivery[] {
    const ids = webhookId === undefined ? [...this.#endpoints.keys()] : [webhookId]
    return ids.flatMap((id) => {
      const drained = this.#endpoints.get(id)?.queue.splice(0) ?? []
      this.#queued -= drained.length
      for (const { ticket } of drained) this.#bodies -= ticket.bodyLength
      this.#forgetIdle(id)
      return drained.map(({ delivery }) => delivery)
    })
  }

  /** What the endpoints have that are not idle, or have not been for long. */
  loads(): EndpointLoad[] {
    for (const id of this.#endpoints.keys()) this.#forgetIdle(id)
    return [...this.#endpoints].map(([webhook_id, endpoint]) => ({
      webhook_id,
      load: endpoint.inFlight + endpoint.queue.length + endpoint.reserved,
      ahead: this.#ahead(endpoint),
    }))
  }

  /** Whether the endpoint will soon have nothing left to send from memory. */
  isRunningLow(webhookId: string): boolean {
    const endpoint = this.#endpoints.get(webhookId)
    return endpoint === undefined || endpoint.queue.length < this.#ahead(endpoint) / 4
  }

  #ahead({ maxInFlight, pace }: Endpoint): number {
    return Math.max(CLAIM_AHEAD * maxInFlight, pace.within(CLAIM_AHEAD_MS, this.#now()))
  }

  #endpoint(webhookId: string): Endpoint {
    let endpoint = this.#endpoints.get(webhookId)
    if (endpoint === undefined) {
      const pace = new EndpointPace(this.#now())
      endpoint = { queue: [], inFlight: 0, maxInFlight: 1, reserved: 0, listed: false, pace }
      this.#endpoints.set(webhookId, endpoint)
    }
    return endpoint
  }

  #list(webhookId: string, endpoint: Endpoint): void {
    const isPlentiful = this.#inFlight < this.#limits.inFlight / 2
    const allowed = isPlentiful ? endpoint.maxInFlight : Math.min(endpoint.maxInFlight, ASSURED_IN_FLIGHT)
    if (endpoint.listed || endpoint.queue.length === 0 || endpoint.inFlight >= allowed) return
    endpoint.listed = true
    this.#ready.push(webhookId)
  }

  #forgetIdle(webhookId: string): void {
    const endpoint = this.#endpoints.get(webhookId)
    if (endpoint === undefined || endpoint.listed) return
    if (endpoint.queue.length + endpoint.inFlight + endpoint.reserved > 0) return
    // Between two claims a fast one has nothing for a moment: what is known of it decides how much the next one brings.
    if (this.#ahead(endpoint) > CLAIM_AHEAD * endpoint.maxInFlight) return
    this.#endpoints.delete(webhookId)
  }
}
