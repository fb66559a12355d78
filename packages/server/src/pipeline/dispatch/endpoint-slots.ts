import type { LeasedDelivery } from '../../domain/delivery.ts'
import { Pace } from '../../domain/pace.ts'

export interface SlotLimits {
  /** Deliveries waiting in memory, over all endpoints. */
  queued: number
  /**
   * Deliveries waiting in memory for one endpoint while less than half of `queued` is used; more for a fast endpoint.
   */
  queuedPerEndpoint: number
  /** Requests under way, over all endpoints. */
  inFlight: number
  /** Characters of all bodies waiting or under way; a body for several webhooks counts for each. */
  bodies: number
}

/** Deliveries of one endpoint in this process: waiting, under way, or reserved. */
export interface EndpointLoad {
  webhook_id: string
  load: number
  /** How many deliveries a claim may bring: what the endpoint takes in a short while; see `CLAIM_AHEAD`. */
  ahead: number
}

/**
 * The most deliveries that are claimed for an endpoint, as a multiple of its slots: enough to keep them busy and as many waiting
 * behind them, so that claims come in batches. A faster endpoint gets what it takes within `CLAIM_AHEAD_MS`; otherwise it would
 * wait for one claim after another.
 */
export const CLAIM_AHEAD = 2
const CLAIM_AHEAD_MS = 250
/** What a fast endpoint takes in this time may wait in memory; far less than a lease lasts. */
const QUEUED_AHEAD_MS = 3_000
/** Requests that every endpoint may have under way, even when half of all slots are taken: none starves. */
const ASSURED_IN_FLIGHT = 4

type EndpointKey = Pick<LeasedDelivery['target'], 'id' | 'maxInFlight'>

/**
 * One delivery's share of the budgets, from `reserve` until `cancel`, `release` or `drain` returns exactly that share,
 * even if its body has changed in between.
 */
export interface Ticket {
  readonly webhookId: string
  readonly bodyLength: number
}

/** A delivery taken to be sent. */
export interface Taken {
  readonly ticket: Ticket
  readonly delivery: LeasedDelivery
}

interface Endpoint {
  queue: Taken[]
  inFlight: number
  maxInFlight: number
  /** Reserved by a relay that has not committed yet. */
  reserved: number
  /** Whether it is in `ready`. */
  listed: boolean
  /** Whether nothing is taken for it, until `wake`. */
  isResting: boolean
  pace: Pace
}

/**
 * The deliveries that this process has leased and sends directly, queued by endpoint.
 *
 * An endpoint with a free slot and a waiting delivery is in `ready` exactly once; `take` serves the endpoints in turn. So a
 * slow endpoint fills only its own slots and queue. When the shared budgets run short, every endpoint is limited to a small
 * share, which leaves room for the others.
 */
export class EndpointSlots {
  readonly #limits: SlotLimits
  readonly #now: () => number
  readonly #endpoints = new Map<string, Endpoint>()
  #ready: string[] = []
  #queued = 0
  #inFlight = 0
  #bodies = 0

  /** @param now returns milliseconds */
  constructor(limits: SlotLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Free places for deliveries, over all endpoints. */
  get room(): number {
    return this.#bodies >= this.#limits.bodies ? 0 : this.#limits.queued - this.#queued
  }

  /** Characters of all bodies. */
  get bodies(): number {
    return this.#bodies
  }

  /** Reserves a place, which `add` uses or `cancel` frees; undefined when there is none. */
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

  /** Frees a reserved place. */
  cancel({ webhookId, bodyLength }: Ticket): void {
    this.#endpoint(webhookId).reserved -= 1
    this.#queued -= 1
    this.#bodies -= bodyLength
    this.#forgetIdle(webhookId)
  }

  /** Queues a delivery in a reserved place. */
  add(ticket: Ticket, delivery: LeasedDelivery): void {
    const endpoint = this.#endpoint(ticket.webhookId)
    endpoint.reserved -= 1
    endpoint.maxInFlight = delivery.target.maxInFlight
    endpoint.queue.push({ ticket, delivery })
    this.#list(ticket.webhookId, endpoint)
  }

  /** Takes the next delivery to send; undefined when no slot is free or nothing waits. */
  take(): Taken | undefined {
    while (this.#inFlight < this.#limits.inFlight) {
      const webhookId = this.#ready.shift()
      if (webhookId === undefined) return undefined
      const endpoint = this.#endpoint(webhookId)
      endpoint.listed = false
      if (endpoint.isResting) continue
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

  /** Frees the slot of a taken delivery. */
  release({ webhookId, bodyLength }: Ticket): void {
    const endpoint = this.#endpoint(webhookId)
    endpoint.inFlight -= 1
    endpoint.pace.finish(this.#now())
    this.#inFlight -= 1
    this.#bodies -= bodyLength
    this.#list(webhookId, endpoint)
    this.#forgetIdle(webhookId)
  }

  /** Takes nothing more for an endpoint until `wake`. */
  rest(webhookId: string): void {
    this.#endpoint(webhookId).isResting = true
  }

  wake(webhookId: string): void {
    const endpoint = this.#endpoint(webhookId)
    endpoint.isResting = false
    this.#list(webhookId, endpoint)
    this.#forgetIdle(webhookId)
  }

  /** Removes the waiting deliveries of one webhook or of all; requests under way continue. */
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

  /** The loads of endpoints that are busy, or were until recently. */
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
      const pace = new Pace(this.#now())
      const idle = { inFlight: 0, maxInFlight: 1, reserved: 0, listed: false, isResting: false }
      endpoint = { queue: [], ...idle, pace }
      this.#endpoints.set(webhookId, endpoint)
    }
    return endpoint
  }

  #list(webhookId: string, endpoint: Endpoint): void {
    const isPlentiful = this.#inFlight < this.#limits.inFlight / 2
    const allowed = isPlentiful ? endpoint.maxInFlight : Math.min(endpoint.maxInFlight, ASSURED_IN_FLIGHT)
    if (endpoint.listed || endpoint.isResting) return
    if (endpoint.queue.length === 0 || endpoint.inFlight >= allowed) return
    endpoint.listed = true
    this.#ready.push(webhookId)
  }

  #forgetIdle(webhookId: string): void {
    const endpoint = this.#endpoints.get(webhookId)
    if (endpoint === undefined || endpoint.listed || endpoint.isResting) return
    if (endpoint.queue.length + endpoint.inFlight + endpoint.reserved > 0) return
    // Between two claims a fast endpoint is idle for a moment: its pace decides how much the next claim brings.
    if (this.#ahead(endpoint) > CLAIM_AHEAD * endpoint.maxInFlight) return
    this.#endpoints.delete(webhookId)
  }
}
