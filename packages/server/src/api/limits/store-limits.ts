import type { Database } from '../../database/database.ts'
import { storeLimits as storeLimitsStatement } from './sql/statements.generated.ts'

/** Stores in the database the limits that it enforces for all nodes: the node that started last wins. */
export async function storeLimits(
  database: Database,
  { maxWebhooks }: { maxWebhooks: number },
): Promise<void> {
  await database.query(...storeLimitsStatement({ maxWebhooks }))
}
