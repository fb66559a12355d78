import type { Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const expireStatement = loadStatement(import.meta.url, 'expire-inboxes')

/** Deletes expired inboxes and old requests. */
export async function expireInboxes(database: Database): Promise<void> {
  await database.query(expireStatement)
}
