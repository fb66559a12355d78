import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { addBounded } from '../../domain/bounded-set.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { messageOf } from '../../domain/errors.ts'
import type { Messages } from '../messages.ts'
import type { LeasedEvent } from '../relay/leased-event.ts'
import type { LeasedEvents } from '../relay/leased-events.ts'
import type { Entry } from './entries.ts'
import { giveUpDelivery, noteFault } from './give-up-delivery.ts'
import { findUnwrittenOf, setAsideEvent, giveUpUnwritten, withoutResponse } from './give-up-unwritten.ts'
import { storeAttempts } from './store-attempts.ts'

/** Beyond it, the oldest are forgotten. */
const MAX_STUCK = 1_000

export interface CulpritOptions {
  database: Database
  log: Logger
  messages: Messages
  leasedEvents: LeasedEvents
  /** Removes events from the outbox of which nothing is left to be written. */
  finish(events: readonly LeasedEvent[]): void
}

/** Ends entries that the database refuses, by storing the parts of them that it accepts. */
export class Culprits {
  readonly #options: CulpritOptions
  readonly #stuck = new Set<string>()

  constructor(options: CulpritOptions) {
    this.#options = options
  }

  /** Deliveries that were sent, and that can neither be recorded nor set aside. */
  get stuck(): ReadonlySet<string> {
    return this.#stuck
  }

  async store(entry: Entry, cause: unknown): Promise<void> {
    const options = { ...this.#options, onFault: (fault: DeliveryFault) => this.#report(fault) }
    const unwritten = findUnwrittenOf(this.#options.leasedEvents, entry)
    if (unwritten !== undefined) await giveUpUnwritten(unwritten, entry, cause, options)
    else if (entry.kind === 'event') setAsideEvent(entry, options)
    else if (entry.kind === 'attempt') await this.#storeBare(entry.record, cause)
  }

  /** Stores the outcome without the response, which is the likely reason for the refusal. */
  async #storeBare(record: AttemptRecord, cause: unknown): Promise<void> {
    const { database, log } = this.#options
    log.error(
      { attempt: record.id, error: messageOf(cause) },
      'cannot store a response; its outcome is stored without it',
    )
    try {
      await storeAttempts(database, [withoutResponse(record)])
    } catch (error) {
      if (!isRefusal(error, cause)) throw error
      await this.#giveUp(record, error)
    }
  }

  /** Ends the delivery: otherwise it would be sent again each time its lease ends. */
  async #giveUp(record: AttemptRecord, error: unknown): Promise<void> {
    const { database, log } = this.#options
    const context = { attempt: record.id, delivery_id: record.delivery_id, error: messageOf(error) }
    log.error(context, 'cannot store an outcome; its delivery has failed')
    // A test has no delivery.
    if (record.lease === null) return
    const { delivery_id: deliveryId, lease } = record
    const given = { deliveryId, stage: 'record', lease, error } as const
    try {
      this.#report(await giveUpDelivery(database, given))
    } catch (refusal) {
      if (!isRefusal(refusal, error)) throw refusal
      this.#remember(deliveryId)
      log.error(
        { ...context, error: messageOf(refusal) },
        'cannot remove a delivery from the queue; this process does not send it again',
      )
      this.#report(await noteFault(database, given))
    }
  }

  #report(fault: DeliveryFault | undefined): void {
    if (fault !== undefined) this.#options.messages.emit('fault', fault)
  }

  #remember(deliveryId: string): void {
    addBounded(this.#stuck, deliveryId, MAX_STUCK)
  }
}
