// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const advanceRedelivery = typedStatement<
  {
    queued: number
    failed: number
    isComplete: boolean
    afterCreatedAt: Date | string | null
    afterId: string | null
    id: string
  },
  object
>(import.meta.url, 'advance-redelivery')

export const cancelRedelivery = typedStatement<
  {
    id: string
  },
  object
>(import.meta.url, 'cancel-redelivery')

export const countFailed = typedStatement<
  {
    webhookId: string
    since: Date | string | null
    until: Date | string
    event: string | null
  },
  {
    matched: number
  }
>(import.meta.url, 'count-failed')

export const createReplayed = typedStatement<
  {
    organizationId: string
    webhookId: string
    shape: string | null
    ids: readonly string[] | string
    eventIds: readonly string[] | string
    events: readonly string[] | string
    recordIds: readonly string[] | string
  },
  object
>(import.meta.url, 'create-replayed')

export const deliveryStates = typedStatement<
  {
    eventIds: readonly string[] | string
    webhookId: string
    organizationId: string
  },
  {
    event_id: string
    id: string
    has_reached: boolean
  }
>(import.meta.url, 'delivery-states')

export const endRedeliveries = typedStatement<
  object,
  object
>(import.meta.url, 'end-redeliveries')

export const fixUntil = typedStatement<
  {
    until: Date | string | null
  },
  {
    until: string
  }
>(import.meta.url, 'fix-until')

export const hasRunningRedelivery = typedStatement<
  object,
  {
    is_running: boolean
  }
>(import.meta.url, 'has-running-redelivery')

export const leaseOne = typedStatement<
  {
    lease: string
    defaultTimeoutMs: number
    leaseMarginMs: number
    deliveryId: string
  },
  object
>(import.meta.url, 'lease-one')

export const lockWebhook = typedStatement<
  {
    lock: number
    webhookId: string
  },
  {
    is_ours: boolean
  }
>(import.meta.url, 'lock-webhook')

export const nextDelivery = typedStatement<
  {
    webhookId: string
    organizationId: string
    since: Date | string | null
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
  },
  {
    id: string
    created_at: string
    event_id: string
    event: string
  }
>(import.meta.url, 'next-delivery')

export const nextEvent = typedStatement<
  {
    organizationId: string
    since: Date | string | null
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
  },
  {
    id: string
    created_at: string
    event: string
  }
>(import.meta.url, 'next-event')

export const pageEvents = typedStatement<
  {
    hasBodies: boolean
    event: string | null
    organizationId: string
    since: Date | string | null
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
    limit: number
  },
  {
    id: string
    organization_id: string
    event: string
    origin: string | null
    created_at: string
    body: string
  }
>(import.meta.url, 'page-events')

export const pageFailed = typedStatement<
  {
    requestedAt: Date | string
    event: string | null
    webhookId: string
    organizationId: string
    since: Date | string | null
    afterCreatedAt: Date | string
    until: Date | string
    afterId: string
    limit: number
  },
  {
    id: string
    created_at: string
    is_wanted: boolean
  }
>(import.meta.url, 'page-failed')

export const pickRedelivery = typedStatement<
  {
    maxDue: number
    maxInOutbox: number
  },
  {
    id: string
    kind: string
    organization_id: string
    webhook_id: string
    since: string | null
    until: string
    event: string | null
    created_at: string
    after_created_at: string
    after_id: string
  }
>(import.meta.url, 'pick-redelivery')

export const readBodies = typedStatement<
  {
    eventIds: readonly string[] | string
    organizationId: string
  },
  {
    id: string
    body: string
  }
>(import.meta.url, 'read-bodies')

export const readLeased = typedStatement<
  {
    deliveryId: string
    lease: string
  },
  {
    id: string
    organization_id: string
    event_id: string
    event: string
    attempts: number
    status: string
    body: string
    has_own_previous: boolean
    redact: string[] | null
    shape: string | null
    traceparent: string | null
    trigger: string | null
    webhook_id: string
    url: string
    secret: string | null
    previous_secret: string | null
    sealed_headers: string | null
    sealed_auth: string | null
    signing_keys: string | null
    timeout_ms: number | null
    max_in_flight: number | null
    is_healthy: boolean
    is_held: boolean
    is_parked: boolean
    is_ordered: boolean
  }
>(import.meta.url, 'read-leased')

export const readSubscription = typedStatement<
  {
    webhookId: string
  },
  {
    webhook_id: string
    organization_id: string
    events: string[]
    is_active: boolean
    filter: string | null
    url: string
    secret: string | null
    previous_secret: string | null
    sealed_headers: string | null
    sealed_auth: string | null
    signing_keys: string | null
    timeout_ms: number | null
    max_in_flight: number | null
    is_healthy: boolean
    is_held: boolean
    is_parked: boolean
    is_ordered: boolean
    coalesce: boolean
    ignore_origins: string[]
    redact: string[] | null
    shape: string | null
  }
>(import.meta.url, 'read-subscription')

export const renewTransforms = typedStatement<
  {
    deliveryIds: readonly string[] | string
  },
  object
>(import.meta.url, 'renew-transforms')

export const reopen = typedStatement<
  {
    reason: string
    deliveryIds: readonly string[] | string
    statuses: readonly string[] | string
    completedBefore: Date | string
  },
  object
>(import.meta.url, 'reopen')

export const requeue = typedStatement<
  {
    trigger: string
    deliveryIds: readonly string[] | string
  },
  {
    delivery_id: string
  }
>(import.meta.url, 'requeue')

export const startRedelivery = typedStatement<
  {
    kind: string
    since: Date | string | null
    until: Date | string
    event: string | null
    matched: number | null
    webhookId: string
  },
  {
    id: string
    pg_notify: string | null
  }
>(import.meta.url, 'start-redelivery')

export const waitingEvents = typedStatement<
  {
    eventIds: readonly string[] | string
    organizationId: string
  },
  {
    event_id: string
  }
>(import.meta.url, 'waiting-events')
