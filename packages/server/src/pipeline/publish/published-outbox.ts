import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { StreamedEvent } from '../../streams/event-message.ts'
import type { LeaseHolder } from '../outbox/outbox.ts'
import { holdLease, lockOutbox } from '../outbox/outbox.ts'
import { endPublished, leaseToPublish } from './sql/statements.generated.ts'

/** A row of the outbox that this node has leased. */
export interface RowToPublish {
  outboxId: number
  /** A dead node had leased it, and may have published it. */
  isRetaken: boolean
  /** Undefined: its retention has ended. */
  event: StreamedEvent | undefined
}

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
  return rows.map(({ outbox_id: outboxId, is_retaken: isRetaken, ...event }) => ({
    outboxId,
    isRetaken,
    event: isThere(event) ? event : undefined,
  }))
}

type Columns = { [Name in keyof StreamedEvent]: StreamedEvent[Name] | null }

/** The columns of an event that exists are null only where they may be. */
const isThere = (event: Columns): event is StreamedEvent => event.id !== null

/** Removes published events from the outbox. @returns false: the lease was lost, and another node publishes them again */
export async function endRows(
  database: Database,
  { nodeId, lease }: LeaseHolder,
  ids: readonly number[],
): Promise<boolean> {
  const { rows } = await database.query(...endPublished({ nodeId, lease, ids: plainArray(ids) }))
  return rows[0]!.is_held
}
