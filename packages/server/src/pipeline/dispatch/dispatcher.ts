import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { canStillSend, toLogIds } from '../../domain/delivery.ts'
import { messageOf } from '../../domain/errors.ts'
import type { WebhookTarget } from '../../domain/webhook.ts'
import type { Tracing } from '../../observability/tracing.ts'
import { makeAttempt } from '../../sender/make-attempt.ts'
import type { Sender } from '../../sender/send.ts'
import type { Transforms } from '../../transforms/transforms.ts'
import type { DirectSlots } from '../match/match-events.ts'
import type { Messages, Stage } from '../messages.ts'
import type { Recorder } from '../record/recorder.ts'
import type { LeasedEvents } from '../relay/leased-events.ts'
import type { EndpointLoad, SlotLimits, Taken, Ticket } from './endpoint-slots.ts'
import { EndpointSlots } from './endpoint-slots.ts'
import { giveBack } from './give-back.ts'

/** Milliseconds that recording an outcome usually takes. */
const RECORDING_MS = 20
/** Within this time a pause that an endpoint asked for is stored, and its deliveries are given back to the queue. */
const REST_MS = 1_000

export interface DispatcherOptions {
  clock: Clock
  database: Database
  log: Logger
  sender: Sender
  /** Milliseconds between the attempts of a delivery. */
  retrySchedule: readonly number[]
  tracing: Tracing
  transforms: Transforms
  recorder: Recorder
  leasedEvents: LeasedEvents
  messages: Messages
}

const LIMITS: SlotLimits = {
  queued: 20_000,
  queuedPerEndpoint: 1_000,
  inFlight: 4_000,
  bodies: 128 * 1024 * 1024,
}

/** Slots that a relay reserves while it matches. */
export interface ReservedSlots extends DirectSlots {
  /** Sends deliveries whose slots were reserved; slots that are left over become free. */
  dispatch(deliveries: readonly LeasedDelivery[]): void
  /** Frees all reserved slots. */
  cancel(): void
}

/** Sends deliveries within the slots of each endpoint, and passes the attempts to the recorder. */
export class Dispatcher implements Stage {
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

  start(): void {
    const { messages } = this.#options
    messages.on('webhookChanged', (webhookId) => this.forget(webhookId))
    messages.on('leaseLost', () => this.forget())
    messages.on('healthEvaluated', ({ webhookId, phase, isPaused }) => {
      // A relay that read the webhook earlier may have put deliveries into memory since.
      if (phase === 'held' || isPaused) this.forget(webhookId)
    })
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

  reserve(): ReservedSlots {
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
      dispatch: (deliveries) => {
        // In the order of their reservation: a webhook's tickets differ only in the length of the body.
        const refused = this.#queue(deliveries, ({ target }) => admitted.get(target.id)?.shift())
        cancel()
        this.#giveBack(refused)
        this.#pump()
      },
      cancel,
    }
  }

  /** Sends claimed deliveries; those that find no slot after all are given back. */
  dispatch(deliveries: readonly LeasedDelivery[]): void {
    const refused = this.#queue(deliveries, ({ target, body }) =>
      this.#stopping ? undefined : this.#slots.reserve(target, body.length),
    )
    this.#giveBack(refused)
    this.#pump()
  }

  /** @returns the deliveries without a ticket */
  #queue(
    deliveries: readonly LeasedDelivery[],
    findTicket: (delivery: LeasedDelivery) => Ticket | undefined,
  ): LeasedDelivery[] {
    return deliveries.filter((delivery) => {
      const ticket = findTicket(delivery)
      if (ticket !== undefined) this.#slots.add(ticket, delivery)
      return ticket === undefined
    })
  }

  /** Gives back the waiting deliveries of a webhook that changed or is on hold: they are claimed again, with the changed webhook. */
  forget(webhookId?: string): void {
    this.#giveBack(this.#slots.drain(webhookId))
  }

  /** Starts no more requests; resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.forget()
    if (this.#slots.inFlight === 0) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  /** Ignores requests that the end of this process will cut off: that is not the endpoint's failure. */
  abandon(): void {
    this.#abandoned = true
  }

  #pump(): void {
    if (this.#stopping) return
    for (let next = this.#slots.take(); next !== undefined; next = this.#slots.take()) void this.#run(next)
  }

  /**
   * Runs once for all responses of this turn of the event loop: waking a receiver is most of the cost of a write, and
   * consecutive requests find it awake.
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
    const { clock, log, messages } = this.#options
    try {
      // A delivery that waited too long is given back, with all that wait behind it: the next claim leases them again.
      const isTooLate = !canStillSend(delivery, clock.now()) || !(await this.#attempt(delivery))
      if (isTooLate) this.#giveBack([delivery, ...this.#slots.drain(delivery.target.id)])
    } catch (error) {
      // A defect of the program: the delivery stays leased and is due again when its lease ends.
      log.error({ ...toLogIds(delivery), error: messageOf(error) }, 'cannot make an attempt')
    } finally {
      this.#slots.release(ticket)
    }
    if (this.#slots.inFlight === 0) this.#onIdle?.()
    this.#pumpSoon()
    if (this.#slots.isRunningLow(delivery.target.id)) messages.emit('slotsFree')
  }

  /** @returns false if nothing was sent, because the body was not made in time */
  async #attempt(delivery: LeasedDelivery): Promise<boolean> {
    const prepared = delivery.transform === undefined ? { delivery } : await this.#transform(delivery)
    if (prepared === 'late') this.#rest(delivery.target.id, REST_MS)
    if (typeof prepared === 'string') return prepared === 'filtered'
    await this.#send(prepared.delivery)
    return true
  }

  async #transform(delivery: LeasedDelivery): Promise<{ delivery: LeasedDelivery } | 'filtered' | 'late'> {
    const { clock, recorder, transforms } = this.#options
    const isInTime = (): boolean => !this.#stopping && canStillSend(delivery, clock.now())
    const made = await transforms.apply(delivery, isInTime)
    if (made.kind === 'late' || !isInTime()) return 'late'
    // A retry of a delivery that was over says why it sends nothing.
    if (made.kind === 'made' || delivery.isLast) return { delivery: made.delivery }
    await recorder.filter(delivery)
    return 'filtered'
  }

  async #send(delivery: LeasedDelivery): Promise<void> {
    const attempt = await makeAttempt(delivery, this.#options)
    if (this.#abandoned) return
    if (attempt.retry_after_ms !== null) this.#rest(attempt.webhook_id, attempt.retry_after_ms)
    // Waits while the recorder is full, which bounds memory.
    await this.#options.recorder.record(attempt)
    if (attempt.wait_ms === null) return
    this.#options.messages.emit('retryScheduled', { waitMs: attempt.wait_ms + RECORDING_MS })
  }

  /** Leaves an endpoint alone at once, before all nodes know that it asked for that. */
  #rest(webhookId: string, retryAfterMs: number): void {
    this.#slots.rest(webhookId)
    const wake = (): void => {
      this.#slots.wake(webhookId)
      this.#pump()
    }
    setTimeout(wake, Math.min(retryAfterMs, REST_MS)).unref()
  }

  /** Releases leases of deliveries that are not sent from here: they are due again. */
  #giveBack(deliveries: readonly LeasedDelivery[]): void {
    if (deliveries.length === 0) return
    const { log, messages } = this.#options
    giveBack(deliveries, this.#options).then(
      () => messages.emit('queued', { isClaimable: true }),
      (error: unknown) =>
        log.warn({ error: messageOf(error) }, 'cannot release leases; they expire automatically'),
    )
  }
}
