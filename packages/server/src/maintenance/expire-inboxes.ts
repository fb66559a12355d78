import type { Database } from '../database/database.ts'
import { expireInboxes as expireInboxesStatement } from './sql/statements.generated.ts'

/** Deletes expired inboxes and old requests. */
export async function expireInboxes(database: Database): Promise<void> {
  await database.query(...expireInboxesStatement())
}
