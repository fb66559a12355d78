import type { Database } from '../../database/database.ts'
import type { Transaction } from '../../database/database.ts'
import { toMultirange } from '../../database/multirange.ts'
import { addBounded } from '../../domain/bounded-set.ts'
import { newToken } from '../../domain/ids.ts'
import type { Messages } from '../messages.ts'
import type { DeliveryToWrite } from '../record/delivery-columns.ts'
import type { LeasedEvent } from '../relay/leased-event.ts'
import { LeasedEvents, MAX_LEASED } from '../relay/leased-events.ts'
import type { LeasedBatch, LeasedRow, OutboxHolder, OutboxScope } from './outbox.ts'
import { isLeaseLost, leaseBatch, leaseInOrder } from './outbox.ts'
import { registerLease } from './sql/statements.generated.ts'
import { writeDeliveries } from './write-deliveries.ts'

const NO_LEASE = '00000000-0000-0000-0000-000000000000'

/** Events that neither leave the outbox nor are sent again. Beyond it, the first ones are leased again. */
const MAX_SET_ASIDE = 1_000

/**
 * The events that this node has leased from the outbox of a database. The lease is one row for the node. It lasts as long as the node's
 * heartbeat, so nothing has to extend it.
 */
export class OutboxEvents extends LeasedEvents {
  readonly #database: Database
  readonly #setAside = new Set<number>()
  /** The fencing token; undefined: this node has no lease yet, or has lost it. */
  #lease: string | undefined
  #leasing: Promise<unknown> = Promise.resolve()

  constructor(database: Database, nodeId: string, messages: Messages) {
    super(nodeId, messages)
    this.#database = database
  }

  get holder(): OutboxHolder {
    const held = toMultirange([...this.keys, ...this.#setAside])
    return { nodeId: this.nodeId, lease: this.#lease ?? NO_LEASE, held }
  }

  override get token(): string {
    if (this.#lease === undefined) throw new Error('no lease of the outbox')
    return this.#lease
  }

  override extend(): void {}

  /** Leases a batch of events. */
  async lease(scope: OutboxScope): Promise<LeasedBatch> {
    const leased = await this.#leaseNext(async (holder) => {
      const batch = await leaseBatch(this.#database, holder, scope)
      this.keep(batch.rows.map(({ key }) => key))
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
      this.keep(rows.map(({ key }) => key))
      return result
    })
  }

  override async write(rows: readonly DeliveryToWrite[], done: readonly LeasedEvent[]): Promise<boolean> {
    const holder = { nodeId: this.nodeId, lease: this.token }
    try {
      await writeDeliveries(
        this.#database,
        holder,
        rows,
        done.map(({ key }) => key),
      )
      return true
    } catch (error) {
      if (!isLeaseLost(error)) throw error
      this.lose(holder.lease)
      return false
    }
  }

  override setAside(event: LeasedEvent): void {
    addBounded(this.#setAside, event.key, MAX_SET_ASIDE)
    super.setAside(event)
  }

  /** Another node has taken over the lease. A late answer may tell so of an earlier one, which changes nothing. */
  lose(lease: string): void {
    if (lease !== this.#lease) return
    this.#lease = undefined
    this.#setAside.clear()
    this.forgetLost(this.all)
  }

  /** One after the other, because each statement names all rows that the node holds. */
  async #leaseNext<T>(lease: (holder: OutboxHolder) => Promise<T>): Promise<T | undefined> {
    const leasing = this.#leasing.then(() => this.#leaseUnlessLost(lease))
    this.#leasing = leasing.catch(() => {})
    return await leasing
  }

  async #leaseUnlessLost<T>(lease: (holder: OutboxHolder) => Promise<T>): Promise<T | undefined> {
    if (this.count >= MAX_LEASED) return undefined
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

  async #register(): Promise<void> {
    const lease = newToken()
    await this.#database.query(...registerLease({ nodeId: this.nodeId, lease, publishes: false }))
    this.#lease = lease
  }
}
