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

export const readOutboxState = typedStatement<
  object,
  {
    outbox_age: number | null
    outbox_backlog: number
    drifted_captures: number
  }
>(import.meta.url, 'read-outbox-state')

export const readQueueState = typedStatement<
  object,
  {
    oldest_due_age: number | null
    held_endpoints: number
  }
>(import.meta.url, 'read-queue-state')
