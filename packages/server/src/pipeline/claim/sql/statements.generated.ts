// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const adoptOrphans = typedStatement<
  object,
  object
>(import.meta.url, 'adopt-orphans')

export const beat = typedStatement<
  {
    nodeId: string
    deadAfterSeconds: number
  },
  {
    id: string
  }
>(import.meta.url, 'beat')

export const cancelDeliveries = typedStatement<
  {
    webhookId: string
    madeBefore: Date | string
    only: readonly string[] | string | null
    limit: number
    reason: string
  },
  {
    stopped: number
  }
>(import.meta.url, 'cancel-deliveries')

export const claimDue = typedStatement<
  {
    defaultMaxInFlight: number
    claimAhead: number
    busy: string
    except: readonly string[] | string
    only: readonly string[] | string | null
    limit: number
    defaultTimeoutMs: number
    leaseMarginMs: number
    lease: string
    nodeId: string
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
>(import.meta.url, 'claim-due')

export const forgetCancellation = typedStatement<
  {
    webhookId: string
    madeBefore: Date | string
  },
  object
>(import.meta.url, 'forget-cancellation')

export const listCancellations = typedStatement<
  object,
  {
    webhook_id: string
    reason: string
    made_before: string
  }
>(import.meta.url, 'list-cancellations')

export const listCancelled = typedStatement<
  {
    webhookId: string
    madeBefore: Date | string
    limit: number
  },
  {
    delivery_id: string
  }
>(import.meta.url, 'list-cancelled')

export const listDue = typedStatement<
  {
    except: readonly string[] | string
    limitPerWebhook: number
    limit: number
  },
  {
    delivery_id: string
  }
>(import.meta.url, 'list-due')

export const nextClaim = typedStatement<
  {
    knownMs: number | null
  },
  {
    ms: number | null
  }
>(import.meta.url, 'next-claim')

export const recoverLeases = typedStatement<
  {
    nodes: readonly string[] | string
  },
  object
>(import.meta.url, 'recover-leases')

export const releaseAllLeases = typedStatement<
  object,
  object
>(import.meta.url, 'release-all-leases')

export const releaseLeases = typedStatement<
  {
    deliveries: readonly string[] | string
    leases: readonly string[] | string
  },
  object
>(import.meta.url, 'release-leases')
