import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import {
  beat,
  recoverLeases,
  releaseAllLeases as releaseAllLeasesStatement,
  releaseLeases,
} from './sql/statements.generated.ts'

/** Without a heartbeat for this long a node counts as dead and its leases are given back. */
const DEAD_AFTER_SECONDS = 5

export interface NodeOptions {
  clock: Clock
  nodeId: string
}

/**
 * One heartbeat: says that this node lives and, when that is safe to judge, takes back what dead nodes held.
 *
 * After an outage of the database every node's heartbeat is old. So a node judges the others only after its own has
 * gone through without a gap for as long as it would take a live one to be seen again.
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

/** Gives back what nodes held that are dead, and forgets them. @returns how many deliveries that were. */
export async function recoverNodes(database: Database, nodes: readonly string[]): Promise<number> {
  return (await database.query(...recoverLeases({ nodes }))).rowCount
}

/** For a database that no other process can hold: whatever is leased was left by one that is gone. */
export async function releaseAllLeases(database: Database): Promise<void> {
  await database.query(...releaseAllLeasesStatement())
}

/** Gives back deliveries that this node holds and will not send. */
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
