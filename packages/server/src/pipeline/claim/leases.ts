import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import {
  beat,
  recoverLeases,
  releaseAllLeases as releaseAllLeasesStatement,
  releaseLeases,
} from './sql/statements.generated.ts'

/** A node without a heartbeat for this long counts as dead, and its leases are released. */
const DEAD_AFTER_SECONDS = 5

export interface NodeOptions {
  clock: Clock
  nodeId: string
}

/**
 * Creates the heartbeat, which registers this node as alive and releases the leases of dead nodes. It returns the number of released
 * deliveries.
 *
 * After an outage of the database every node's heartbeat is old. Therefore a node considers others dead only after its own
 * heartbeats have succeeded without a gap for long enough that every live node has sent one.
 */
export function createHeartbeat(database: Database, { clock, nodeId }: NodeOptions): () => Promise<number> {
  let steadySince: number | undefined
  let last = 0
  return async () => {
    const now = clock.now()
    if (now - last > DEAD_AFTER_SECONDS * 1_000) steadySince = undefined
    const { rows: dead } = await database.query(...beat({ nodeId, deadAfterSeconds: DEAD_AFTER_SECONDS }))
    last = clock.now()
    steadySince ??= last
    if (last - steadySince < DEAD_AFTER_SECONDS * 1_000) return 0
    if (dead.length === 0) return 0
    return await recoverNodes(
      database,
      dead.map(({ id }) => id),
    )
  }
}

/** Releases the leases of dead nodes and deregisters them. @returns the number of released deliveries */
export async function recoverNodes(database: Database, nodes: readonly string[]): Promise<number> {
  return (await database.query(...recoverLeases({ nodes }))).rowCount
}

/** Releases all leases of a database that only one process can open: they were left by an earlier process. */
export async function releaseAllLeases(database: Database): Promise<void> {
  await database.query(...releaseAllLeasesStatement())
}

/** Releases deliveries that this node has leased and will not send. */
export async function releaseDeliveries(
  database: Database,
  deliveries: readonly LeasedDelivery[],
): Promise<void> {
  await database.query(
    ...releaseLeases({
      deliveries: deliveries.map(({ id }) => id),
      leases: deliveries.map(({ lease }) => lease),
    }),
  )
}

/** Releases the leases of a node that shuts down: its deliveries are due at once. */
export async function deregisterNode(database: Database, nodeId: string): Promise<void> {
  await recoverNodes(database, [nodeId])
}
