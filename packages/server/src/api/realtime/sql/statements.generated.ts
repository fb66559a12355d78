// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const avoidScans = typedStatement<
  object,
  {
    seqscan: string | null
    jit: string | null
  }
>(import.meta.url, 'avoid-scans')

export const readRecentAttempts = typedStatement<
  {
    after: string
    organizations: readonly string[] | string | null
    limit: number
  },
  {
    id: string
    delivery_id: string
    attempt: number
    is_test: boolean
  }
>(import.meta.url, 'read-recent-attempts')

export const readRecentDeliveries = typedStatement<
  {
    after: string
    organizations: readonly string[] | string | null
    limit: number
  },
  {
    id: string
  }
>(import.meta.url, 'read-recent-deliveries')

export const readRecentEventsOf = typedStatement<
  {
    organizations: readonly string[] | string
    floorSeconds: number
    limit: number
  },
  {
    id: string
    at: number
  }
>(import.meta.url, 'read-recent-events-of')

export const readRecentEvents = typedStatement<
  {
    after: string
    limit: number
  },
  {
    id: string
  }
>(import.meta.url, 'read-recent-events')
