import type { Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const expireStatement = loadStatement(import.meta.url, 'expire-inboxes')

/** Deletes inboxes that have ended and requests that are too old. */
export async function expireInboxes(database: Database): Promise<void> {
  await database.query(expireStatement)
}
