import type { Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const expireStatement = loadStatement(import.meta.url, 'expire-audit-log')

const BATCH = 1_000

/** Deletes entries that are older than `retention`, in milliseconds. */
export async function expireAuditLog(database: Database, retention: number): Promise<void> {
  while ((await database.query(expireStatement, [retention, BATCH])).rowCount === BATCH);
}
