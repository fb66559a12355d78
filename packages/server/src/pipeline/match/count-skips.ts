import type { Connection, Database } from '../../database/database.ts'
import { runInHalves } from '../../database/input-fault.ts'
import type { OnFault } from '../../domain/delivery-fault.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import type { Skip } from '../../domain/match-webhooks.ts'
import { countSkips as countSkipsStatement } from './sql/statements.generated.ts'

async function write(connection: Connection, skips: readonly Skip[]): Promise<void> {
  await connection.query(...countSkipsStatement({ skips: JSON.stringify(skips) }))
}

/**
 * Counts the events that webhooks did not get. The counts are hints: one that the database refuses is reported as a fault and stops
 * nothing, and a crash may lose the counts of the current batch or count it twice.
 */
export async function countSkips(
  database: Database,
  skips: readonly Skip[],
  onFault: OnFault,
): Promise<void> {
  await runInHalves(
    skips,
    (some) => write(database, some),
    async ({ organization_id: organizationId, webhook_id: webhookId, event }, error) =>
      onFault({
        organizationId,
        stage: 'relay',
        eventId: null,
        event,
        webhookId,
        deliveryId: null,
        reason: reasonOf(error),
      }),
  )
}
