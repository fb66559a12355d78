import type { Result, Row } from '@connectgain/webhooks-client'

/** The rows of the API and what its functions return. Times are ISO 8601. */

export interface Session {
  /** Null for the service key: all organizations. */
  organization_id: string | null
  scope: string
  expires_at: string
  /** Whether the server can send alert mails. */
  can_mail: boolean
}

/** A table of the CRM whose capture differs from its installed state. */
export type DriftedCapture = Pick<Row<'webhook_captures'>, 'table_name' | 'problems'> & {
  status: 'drifted' | 'missing'
}

/** A row of the CRM. */
export interface Organization {
  id: string
  name: string
  /** The CRM's own key of it; null: it has none but the id. */
  external_id: string | null
}

export type WholeWebhook = Row<'webhook_configurations'> & {
  /** In responses to writes that generated one. */
  secret?: string
}

/** Without what may be long, which the list does not load. */
export type Webhook = Omit<WholeWebhook, 'transform' | 'transform_tests'>

interface LastAttempts {
  webhook_logs: Pick<Attempt, 'id' | 'created_at' | 'status' | 'response_code' | 'event'>[]
}

export type ListedWebhook = Webhook & LastAttempts

/** On its own page. */
export type ShownWebhook = WholeWebhook & LastAttempts

export type JsonObject = Record<string, unknown>

export type EventType = Row<'webhook_event_types'>

export type Attempt = Row<'webhook_logs'>

export type Delivery = Row<'webhook_deliveries'>

export type DeliveryStatus = Delivery['status']

/** In the order of the filter. */
export const DELIVERY_STATUSES = [
  'delivered',
  'pending',
  'retrying',
  'failed',
  'filtered',
  'cancelled',
] as const satisfies readonly DeliveryStatus[]

export type WebhookEvent = Row<'webhook_events'>

export type Redelivery = Row<'webhook_redeliveries'>

/** Existing records on their way to a webhook. */
export type Sync = Row<'webhook_syncs'>

/** What could not be processed in the last day. */
export type FaultCount = Pick<
  Row<'webhook_fault_counts'>,
  'webhook_id' | 'count' | 'last_reason' | 'last_delivery_id' | 'codes'
> & { webhook: { name: string } | null }

/** The last 24 hours of a webhook. */
export type Activity = Row<'webhook_activity'>

export type Skip = Pick<Row<'webhook_skips'>, 'event' | 'reason' | 'count'>

export type SigningKey = Pick<Row<'webhook_signing_keys'>, 'id' | 'public_key' | 'expires_at'>

export type Stats = Result<'webhook_stats'>

export type TestResult = Result<'test_webhook'>

export type Inbox = Row<'webhook_inboxes'>

export type InboxRequest = Row<'webhook_inbox_requests'>
