// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const announceRelay = typedStatement<
  {
    listensMs: number
    hasProgressed: boolean
  },
  {
    setval: number | null
    case: number | null
  }
>(import.meta.url, 'announce-relay')

export const findUnleased = typedStatement<
  {
    outboxId: number
    nodeId: string
  },
  {
    id: string
    organization_id: string
    event: string
    origin: string | null
    traceparent: string | null
    created_ms: number
  }
>(import.meta.url, 'find-unleased')

export const hasEvents = typedStatement<
  {
    held: string
    except: readonly number[] | string
  },
  {
    has_events: boolean
    oldest: number
    next: number
    may_prepare: boolean
  }
>(import.meta.url, 'has-events')

export const holdLease = typedStatement<
  {
    nodeId: string
    lease: string
  },
  {
    hold_outbox_lease: string | null
  }
>(import.meta.url, 'hold-lease')

export const leaseEvents = typedStatement<
  {
    held: string
    nodeId: string
    except: readonly number[] | string
    only: readonly number[] | string | null
    limit: number
    inOrder: boolean
  },
  {
    key: number
    is_retaken: boolean
    leased_at: string
    id: string
    organization_id: string
    event: string
    origin: string | null
    traceparent: string | null
    body: string
    created_ms: number
    version: number | null
    is_leased: boolean
  }
>(import.meta.url, 'lease-events')

export const leaveOutbox = typedStatement<
  {
    outboxId: number
  },
  object
>(import.meta.url, 'leave-outbox')

export const listWaiting = typedStatement<
  {
    held: string
    nodeId: string
    except: readonly number[] | string
    limit: number
  },
  {
    id: number
  }
>(import.meta.url, 'list-waiting')

export const lockOutbox = typedStatement<
  object,
  {
    pg_advisory_xact_lock: string | null
    set_config: string | null
  }
>(import.meta.url, 'lock-outbox')

export const readBody = typedStatement<
  {
    eventId: string
    organizationId: string
  },
  {
    body: string
  }
>(import.meta.url, 'read-body')

export const readStuckEvent = typedStatement<
  {
    outboxId: number
  },
  {
    id: string
    organization_id: string
    event: string
    origin: string | null
    traceparent: string | null
  }
>(import.meta.url, 'read-stuck-event')

export const registerLease = typedStatement<
  {
    nodeId: string
    lease: string
    publishes: boolean
  },
  object
>(import.meta.url, 'register-lease')

export const scoutOutbox = typedStatement<
  {
    after: number
    range: number
    busy: readonly string[] | string
    held: string
    nodeId: string
    limit: number
  },
  {
    found: string
    looked_to: number | null
  }
>(import.meta.url, 'scout-outbox')

export const stayAwake = typedStatement<
  {
    awakeMs: number
  },
  {
    setval: number | null
  }
>(import.meta.url, 'stay-awake')

export const writeDeliveries = typedStatement<
  {
    ids: readonly string[] | string
    outboxIds: readonly number[] | string
    isLast: readonly boolean[] | string
    organizations: readonly string[] | string
    webhooks: readonly string[] | string
    events: readonly string[] | string
    eventTypes: readonly string[] | string
    statuses: readonly string[] | string
    reasons: readonly string[] | string
    recordIds: readonly string[] | string
    redact: readonly string[] | string
    createdAt: readonly string[] | string
    leaseMs: readonly number[] | string
    attemptIds: readonly string[] | string
    urls: readonly string[] | string
    errorCodes: readonly string[] | string
    errorMessages: readonly string[] | string
    diagnoses: readonly string[] | string
    responseCodes: readonly number[] | string
    durationsMs: readonly number[] | string
    requestHeaders: readonly string[] | string
    requestBodies: readonly string[] | string
    responseHeaders: readonly string[] | string
    responseBodies: readonly string[] | string
    sentAt: readonly string[] | string
    hasTurn: readonly boolean[] | string
    shapes: readonly string[] | string
    finished: readonly number[] | string
    lease: string
    nodeId: string
  },
  object
>(import.meta.url, 'write-deliveries')
