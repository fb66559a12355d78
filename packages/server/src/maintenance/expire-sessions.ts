import type { Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const expireStatement = loadStatement(import.meta.url, 'expire-sessions')

/** Deletes expired sessions. */
export async function expireSessions(database: Database): Promise<void> {
  await database.query(expireStatement)
}
