import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { RowOf } from '../../database/statement.ts'
import type { LeaseHolder } from '../outbox/outbox.ts'
import { holdLease, lockOutbox } from '../outbox/outbox.ts'
import { endPublished, leaseToPublish } from './sql/statements.generated.ts'

export type RowToPublish = RowOf<typeof leaseToPublish>

/**
 * Leases the oldest events of the outbox; none while another node holds some.
 * @throws `isLeaseLost`
 */
export async function leaseRows(
  database: Database,
  { nodeId, lease }: LeaseHolder,
  { except, limit }: { except: readonly number[]; limit: number },
): Promise<RowToPublish[]> {
  const { rows } = await database.transaction(async (transaction) => {
    lockOutbox(transaction)
    holdLease(transaction, { nodeId, lease })
    return await transaction.finish(...leaseToPublish({ nodeId, limit, except: plainArray(except) }))
  })
  return rows
}

/** Removes published events from the outbox. @returns false: the lease was lost, and another node publishes them again */
export async function endRows(
  database: Database,
  { nodeId, lease }: LeaseHolder,
  ids: readonly number[],
  forgetsEvents: boolean,
): Promise<boolean> {
  const { rows } = await database.query(
    ...endPublished({ nodeId, lease, ids: plainArray(ids), forgetsEvents }),
  )
  return rows[0]!.ended === ids.length
}
