import type { Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

const readQueueState = loadStatement(import.meta.url, 'read-queue-state')

/** For so long one reading serves all that ask. */
const FRESH_MS = 5_000

/** What waits, over all nodes; ages in seconds, null where nothing waits. */
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
      // The next one to ask tries again.
      state.catch(() => (last = undefined))
    }
    return await last.state
  }
}
