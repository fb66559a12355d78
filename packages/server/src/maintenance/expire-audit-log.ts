import type { Database } from '../database/database.ts'
import { expireAuditLog as expireAuditLogStatement } from './sql/statements.generated.ts'

const BATCH = 1_000

/** Deletes entries that are older than `retentionMs`. */
export async function expireAuditLog(database: Database, retentionMs: number): Promise<void> {
  const query = expireAuditLogStatement({ retentionMs, batch: BATCH })
  while ((await database.query(...query)).rowCount === BATCH);
}
