import type { Connection } from '../database/database.ts'
import { expireFaults as expireFaultsStatement } from './sql/statements.generated.ts'

const BATCH = 1_000

/** Deletes faults that are older than `retentionMs`. */
export async function expireFaults(database: Connection, retentionMs: number): Promise<void> {
  const query = expireFaultsStatement({ retentionMs, batch: BATCH })
  while ((await database.query(...query)).rowCount === BATCH);
}
