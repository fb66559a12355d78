// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../database/statement.ts'

export const readHealth = typedStatement<
  {
    migrations: readonly string[] | string
  },
  {
    applied: number
    progressed_at: number | null
  }
>(import.meta.url, 'read-health')

export const readQueueState = typedStatement<
  object,
  {
    outbox_age: number | null
    outbox_backlog: number
    oldest_due_age: number | null
    held_endpoints: number
    drifted_captures: number
  }
>(import.meta.url, 'read-queue-state')
