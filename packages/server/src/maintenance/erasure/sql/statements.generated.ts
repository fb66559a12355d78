// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const advanceErasure = typedStatement<
  {
    phase: string | null
    failed: number
    reason: string | null
    afterCreatedAt: Date | string
    afterId: string
    events: number
    deliveries: number
    others: number
    relatedIds: readonly string[] | string
    terms: readonly string[] | string
    id: string
  },
  object
>(import.meta.url, 'advance-erasure')

export const cancelErased = typedStatement<
  {
    eventIds: readonly string[] | string
    organizationId: string
  },
  object
>(import.meta.url, 'cancel-erased')

export const eraseEvents = typedStatement<
  {
    eventIds: readonly string[] | string
    organizationId: string
  },
  {
    deliveries: number
  }
>(import.meta.url, 'erase-events')

export const erasePayloads = typedStatement<
  {
    organizationId: string
    words: readonly string[] | string
  },
  {
    erased: number
  }
>(import.meta.url, 'erase-payloads')

export const eraseRest = typedStatement<
  {
    organizationId: string
    words: readonly string[] | string
    uniqueIds: readonly string[] | string
    numbers: readonly string[] | string
    object: string | null
    pattern: string
  },
  {
    erased: number
  }
>(import.meta.url, 'erase-rest')

export const eraseTests = typedStatement<
  {
    words: readonly string[] | string
    organizationId: string
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
    limit: number
  },
  {
    seen: number
    erased: number
    created_at: string | null
    id: string | null
  }
>(import.meta.url, 'erase-tests')

export const hasRunningErasure = typedStatement<
  object,
  {
    is_running: boolean
  }
>(import.meta.url, 'has-running-erasure')

export const hasSources = typedStatement<
  object,
  {
    is_there: boolean
  }
>(import.meta.url, 'has-sources')

export const isBeingSent = typedStatement<
  {
    eventIds: readonly string[] | string
    organizationId: string
  },
  {
    is_being_sent: boolean
  }
>(import.meta.url, 'is-being-sent')

export const nextAttempt = typedStatement<
  {
    organizationId: string
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
  },
  {
    created_at: string
    id: string
  }
>(import.meta.url, 'next-attempt')

export const nextEvent = typedStatement<
  {
    organizationId: string
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
  },
  {
    created_at: string
    id: string
  }
>(import.meta.url, 'next-event')

export const pageEvents = typedStatement<
  {
    words: readonly string[] | string
    organizationId: string
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
    limit: number
  },
  {
    id: string
    event: string
    created_at: string
    data: string | null
    previous: string | null
  }
>(import.meta.url, 'page-events')

export const pickErasure = typedStatement<
  object,
  {
    id: string
    organization_id: string
    record_id: string
    object: string | null
    phase: string
    until: string
    after_created_at: string
    after_id: string
    related_ids: string[]
    terms: string[]
    events: number
  }
>(import.meta.url, 'pick-erasure')
