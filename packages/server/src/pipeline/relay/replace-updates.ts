import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import type { PlannedDelivery } from '../match/match-events.ts'
import { replaceUpdates as replaceStatement } from './sql/statements.generated.ts'

const UPDATE = /\.updated$/

/** Lets updates that were just queued replace older ones of their records. Runs in the transaction that queued them. */
export async function replaceUpdates(
  connection: Connection,
  planned: readonly PlannedDelivery[],
): Promise<void> {
  const updates = planned.filter(({ coalesces, delivery }) => coalesces && UPDATE.test(delivery.event))
  if (updates.length === 0) return
  await connection.query(
    ...replaceStatement({ deliveries: plainArray(updates.map(({ delivery }) => delivery.id)) }),
  )
}
