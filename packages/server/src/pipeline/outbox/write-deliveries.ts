import { plainArray } from '../../database/array-literal.ts'
import type { Connection, Database } from '../../database/database.ts'
import type { ParamsOf } from '../../database/statement.ts'
import type { DeliveryToWrite } from '../record/delivery-columns.ts'
import { toDeliveryColumns } from '../record/delivery-columns.ts'
import type { LeaseHolder } from './outbox.ts'
import { holdLease } from './outbox.ts'
import { writeDeliveries as writeStatement } from './sql/statements.generated.ts'

/**
 * Writes deliveries for the first time, and removes events from the outbox, in one transaction.
 *
 * @param finished the rows of the outbox whose deliveries are then all written
 * @throws `isLeaseLost`
 */
export async function writeDeliveries(
  database: Database,
  holder: LeaseHolder,
  rows: readonly DeliveryToWrite[],
  finished: readonly number[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    holdLease(transaction, holder)
    await transaction.finish(...writeStatement(toColumns(holder, rows, finished)))
  })
}

/** The same within a transaction that holds the outbox. */
export async function writeDeliveriesLocked(
  connection: Connection,
  holder: LeaseHolder,
  rows: readonly DeliveryToWrite[],
): Promise<void> {
  await connection.query(...writeStatement(toColumns(holder, rows, [])))
}

function toColumns(
  { nodeId, lease }: LeaseHolder,
  rows: readonly DeliveryToWrite[],
  finished: readonly number[],
): ParamsOf<typeof writeStatement> {
  const last = new Set(finished)
  return {
    nodeId,
    lease,
    finished: plainArray(finished),
    outboxIds: plainArray(rows.map(({ unwritten }) => unwritten.event.key)),
    isLast: plainArray(rows.map(({ unwritten }) => (last.has(unwritten.event.key) ? 't' : 'f'))),
    ...toDeliveryColumns(rows),
  }
}
