import type { Database } from '../../database/database.ts'

/** Stores in the database the limits that it enforces for all nodes: the node that started last wins. */
export async function storeLimits(
  database: Database,
  { maxWebhooks }: { maxWebhooks: number },
): Promise<void> {
  await database.query('update webhooks_internal.limits set max_webhooks = $1 where max_webhooks <> $1', [
    maxWebhooks,
  ])
}
