// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const disableWebhook = typedStatement<
  {
    reason: string
    webhookId: string
  },
  object
>(import.meta.url, 'disable-webhook')

export const hasSucceeded = typedStatement<
  {
    webhookId: string
    sinceMs: number
    url: string
  },
  {
    has_succeeded: boolean
  }
>(import.meta.url, 'has-succeeded')

export const lockHealth = typedStatement<
  {
    webhooks: readonly string[] | string
  },
  {
    webhooks: number | null
    health: number | null
  }
>(import.meta.url, 'lock-health')

export const noteCertificates = typedStatement<
  {
    webhooks: readonly string[] | string
    urls: readonly string[] | string
    expiresAt: readonly string[] | string
  },
  object
>(import.meta.url, 'note-certificates')

export const raiseAlerts = typedStatement<
  {
    alerts: string
  },
  object
>(import.meta.url, 'raise-alerts')

export const readHealth = typedStatement<
  {
    defaultMaxInFlight: number
    webhooks: readonly string[] | string
  },
  {
    webhook_id: string
    url: string
    is_active: boolean
    health: string
    health_reason: string | null
    is_parked: boolean
    is_rate_limited: boolean
    now: number
    phase: string
    failures: number
    failing_since: number | null
    probe_at: number | null
    probe_wait_ms: number | null
    probe_lease: string | null
    draining_since: number | null
    drained: number
    is_window_open: boolean
    has_backlog: boolean | null
  }
>(import.meta.url, 'read-health')

export const readRecentChange = typedStatement<
  {
    webhookId: string
    failingSinceMs: number
  },
  {
    changed: string[]
    changed_at: number
  }
>(import.meta.url, 'read-recent-change')

export const writeHealth = typedStatement<
  {
    rows: string
  },
  object
>(import.meta.url, 'write-health')
