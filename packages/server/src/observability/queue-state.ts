import type { Database } from '../database/database.ts'
import type { RowOf } from '../database/statement.ts'
import { shareReading } from './share-reading.ts'
import { readQueueState } from './sql/statements.generated.ts'

/** The queues of all nodes. Ages are in seconds, null where nothing waits. */
export type QueueState = RowOf<typeof readQueueState>

export function createQueueStateReader(database: Database): () => Promise<QueueState> {
  return shareReading(async () => (await database.query(...readQueueState())).rows[0]!)
}
