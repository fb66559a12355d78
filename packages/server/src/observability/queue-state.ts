import type { Database } from '../database/database.ts'
import type { RowOf } from '../database/statement.ts'
import { readQueueState } from './sql/statements.generated.ts'

/** How long one reading is shared by all callers. */
const FRESH_MS = 1_000

/** The queues of all nodes. Ages are in seconds, null where nothing waits. */
export type QueueState = RowOf<typeof readQueueState>

export function createQueueStateReader(database: Database): () => Promise<QueueState> {
  let last: { at: number; state: Promise<QueueState> } | undefined
  return async () => {
    const now = performance.now()
    if (last === undefined || now - last.at > FRESH_MS) {
      const state = database.query(...readQueueState()).then(({ rows }) => rows[0]!)
      last = { at: now, state }
      // A failed reading is not cached.
      state.catch(() => (last = undefined))
    }
    return await last.state
  }
}
