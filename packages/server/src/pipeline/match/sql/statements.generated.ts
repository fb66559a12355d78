// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const countSkips = typedStatement<
  {
    skips: string
  },
  object
>(import.meta.url, 'count-skips')

export const readSubscriptions = typedStatement<
  {
    organizations: readonly string[] | string
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
    expires_ms: number | null
  }
>(import.meta.url, 'read-subscriptions')

export const readVersions = typedStatement<
  {
    organizations: readonly string[] | string
  },
  {
    organization_id: string
    version: number | null
    read_at: string
  }
>(import.meta.url, 'read-versions')

export const readWritten = typedStatement<
  {
    events: readonly string[] | string
    organizations: readonly string[] | string
  },
  {
    event_id: string
    organization_id: string
    webhook_id: string
  }
>(import.meta.url, 'read-written')
