import type { Database } from '../database/database.ts'
import { expireSessions as expireSessionsStatement } from './sql/statements.generated.ts'

/** Deletes expired sessions. */
export async function expireSessions(database: Database): Promise<void> {
  await database.query(...expireSessionsStatement())
}
