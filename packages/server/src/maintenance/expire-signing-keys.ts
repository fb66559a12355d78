import type { Database } from '../database/database.ts'
import { expireSigningKeys as expireSigningKeysStatement } from './sql/statements.generated.ts'

/** Deletes replaced signing keys, with their private part, once they no longer sign. */
export async function expireSigningKeys(database: Database): Promise<void> {
  await database.query(...expireSigningKeysStatement())
}
