import type { Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const readQueueState = loadStatement(import.meta.url, 'read-queue-state')

/** How long one reading is shared by all callers. */
const FRESH_MS = 1_000

/** The queues of all nodes. Ages are in seconds, null where nothing waits. */
export interface QueueState {
  outbox_age: number | null
  outbox_backlog: number
  oldest_due_age: number | null
  held_endpoints: number
  drifted_captures: number
}

export function createQueueStateReader(database: Database): () => Promise<QueueState> {
  let last: { at: number; state: Promise<QueueState> } | undefined
  return async () => {
    const now = performance.now()
    if (last === undefined || now - last.at > FRESH_MS) {
      const state = database.query<QueueState>(readQueueState).then(({ rows }) => rows[0]!)
      last = { at: now, state }
      // A failed reading is not cached.
      state.catch(() => (last = undefined))
    }
    return await last.state
  }
}
