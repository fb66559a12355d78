import type { Connection } from '../database/database.ts'
import { expireCalls as expireCallsStatement } from './sql/statements.generated.ts'

const BATCH = 1_000

/** Deletes kept responses of calls with an `Idempotency-Key` that have expired. */
export async function expireCalls(database: Connection): Promise<void> {
  const query = expireCallsStatement({ batch: BATCH })
  while ((await database.query(...query)).rowCount === BATCH);
}
