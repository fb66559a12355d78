import { plainArray } from '../../database/array-literal.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import type { RowOf } from '../../database/statement.ts'
import { MAX_BATCH } from '../batch-size.ts'
import {
  hasEvents,
  holdLease as holdStatement,
  leaseEvents,
  listWaiting,
  lockOutbox as lockStatement,
} from './sql/statements.generated.ts'

/** An event of the outbox. Its key is its row of the outbox. */
export type LeasedRow = RowOf<typeof leaseEvents>

/** The outbox rows that a batch may lease. */
export interface OutboxScope {
  except: readonly number[]
  /** Null: any row. */
  only: readonly number[] | null
  /** Default: `MAX_BATCH`. */
  limit?: number
}

export const ANY_EVENT: OutboxScope = { except: [], only: null }

/** A node and the token of its lease on the outbox. */
export interface LeaseHolder {
  nodeId: string
  lease: string
}

/** The place of this node in the outbox. */
export interface OutboxHolder extends LeaseHolder {
  /** The rows that it holds, as a multirange. */
  held: string
}

/** Checks whether the outbox has events that this node does not hold: for an idle relay, a fifth of the cost of a batch. */
export async function lookForEvents(
  database: Database,
  held: string,
  except: readonly number[],
): Promise<RowOf<typeof hasEvents>> {
  const { rows } = await database.query(...hasEvents({ held, except: plainArray(except) }))
  return rows[0]!
}

/** Lists the outbox rows that a batch would lease. */
export async function listUnleased(
  database: Database,
  { nodeId, held }: OutboxHolder,
  except: readonly number[],
): Promise<number[]> {
  const limit = MAX_BATCH[database.engine]
  const { rows } = await database.query(...listWaiting({ nodeId, held, limit, except: plainArray(except) }))
  return rows.map(({ id }) => id)
}

/** Makes other nodes wait with their leases until the end of the transaction, whose commit does not wait for the disk. */
export function lockOutbox(transaction: Transaction): void {
  const [statement] = lockStatement()
  transaction.ahead(statement, [])
}

/** The SQLSTATE of `hold_outbox_lease`. */
const LEASE_LOST = 'WH001'

/** Whether another node has taken over the lease of this one. */
export const isLeaseLost = (thrown: unknown): boolean => isDatabaseError(thrown) && thrown.code === LEASE_LOST

/** Keeps the lease until the end of the transaction, which fails with its next query when the lease is lost. */
export function holdLease(transaction: Transaction, { nodeId, lease }: LeaseHolder): void {
  const [statement] = holdStatement({ nodeId, lease })
  transaction.ahead(statement, [nodeId, lease])
}

export interface LeasedBatch {
  rows: LeasedRow[]
  /** Events of organizations with an order per record: they are leased apart. */
  ordered: number[]
  /** Whether the outbox may hold more. */
  isFull: boolean
}

/**
 * Leases a batch.
 * @throws `isLeaseLost`
 */
export async function leaseBatch(
  database: Database,
  { nodeId, lease, held }: OutboxHolder,
  { except, only, limit = MAX_BATCH[database.engine] }: OutboxScope,
): Promise<LeasedBatch> {
  const scope = { held, limit, except: plainArray(except), only: only && plainArray(only) }
  const { rows } = await database.transaction(async (transaction) => {
    lockOutbox(transaction)
    holdLease(transaction, { nodeId, lease })
    return await transaction.finish(...leaseEvents({ nodeId, inOrder: false, ...scope }))
  })
  return {
    rows: rows.filter((row) => row.is_leased),
    ordered: rows.flatMap((row) => (row.is_leased ? [] : [row.key])),
    isFull: rows.length === limit,
  }
}

/**
 * Leases events of organizations with an order per record. No other node leases events until the transaction ends.
 * @throws `isLeaseLost`
 */
export async function leaseInOrder(
  transaction: Transaction,
  { nodeId, lease, held }: OutboxHolder,
  only: readonly number[],
): Promise<LeasedRow[]> {
  lockOutbox(transaction)
  holdLease(transaction, { nodeId, lease })
  const { rows } = await transaction.query(
    ...leaseEvents({
      nodeId,
      inOrder: true,
      held,
      limit: only.length,
      except: '{}',
      only: plainArray(only),
    }),
  )
  return rows.filter((row) => row.is_leased)
}
