import type { Database } from '../../database/database.ts'

/** Tells the database the limits that it keeps itself, for all nodes: the node that started last says what they are. */
export async function storeLimits(
  database: Database,
  { maxWebhooks }: { maxWebhooks: number },
): Promise<void> {
  await database.query('update webhooks_internal.limits set max_webhooks = $1 where max_webhooks <> $1', [
    maxWebhooks,
  ])
}
