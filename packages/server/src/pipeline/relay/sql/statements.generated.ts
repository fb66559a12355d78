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
    outbox_id: number
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

export const readWritten = typedStatement<
  {
    events: readonly string[] | string
  },
  {
    event_id: string
    organization_id: string
    webhook_id: string
  }
>(import.meta.url, 'read-written')

export const registerLease = typedStatement<
  {
    nodeId: string
    lease: string
  },
  object
>(import.meta.url, 'register-lease')

export const replaceUpdates = typedStatement<
  {
    deliveries: readonly string[] | string
  },
  object
>(import.meta.url, 'replace-updates')

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
