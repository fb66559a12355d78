/** The rows of the API, with the columns that the page reads. Times are ISO 8601. */

export interface Session {
  /** Null for the service key: all organizations. */
  organization_id: string | null
  scope: string
  expires_at: string
}

/** A table of the CRM whose capture differs from its installed state. */
export interface DriftedCapture {
  table_name: string
  status: 'drifted' | 'missing'
  problems: string[]
}

export interface Organization {
  id: string
  name: string
}

export type Health = 'healthy' | 'degraded' | 'held'

export interface Webhook {
  id: string
  organization_id: string
  name: string
  url: string
  events: string[]
  is_active: boolean
  has_secret: boolean
  secret_hint: string | null
  previous_secret_until: string | null
  description: string | null
  filter: JsonObject | null
  ignore_origins: string[]
  /** Fields removed from the payload. */
  redact: string[]
  /** Values are masked. */
  headers: Record<string, string> | null
  timeout_ms: number | null
  rate_limit: number | null
  max_in_flight: number | null
  health: Health
  health_since: string | null
  health_reason: string | null
  /** End of the endpoint's most recent certificate; null: none seen. */
  certificate_expires_at: string | null
  disabled_reason: string | null
  disabled_at: string | null
  created_at: string
  updated_at: string
  /** In responses to writes that generated one. */
  secret?: string
}

export interface ListedWebhook extends Webhook {
  webhook_logs: Pick<Attempt, 'id' | 'created_at' | 'status' | 'response_code' | 'event'>[]
}

export type JsonObject = Record<string, unknown>

export interface EventType {
  name: string
  category: string
  description: string
  schema?: JsonObject | null
  example: JsonObject
}

export type Trigger = 'event' | 'retry' | 'manual' | 'test'

/** A row of `webhook_logs`. */
export interface Attempt {
  id: string
  organization_id: string
  webhook_id: string
  delivery_id: string
  event_id: string
  event: string
  url: string
  status: 'success' | 'failed'
  attempt: number
  trigger: Trigger
  response_code: number | null
  error_code: string | null
  error_message: string | null
  diagnosis: string | null
  duration_ms: number
  request_headers: Record<string, string>
  request_body: string | null
  response_headers: Record<string, string> | null
  response_body: string | null
  next_attempt_at: string | null
  created_at: string
}

export const DELIVERY_STATUSES = [
  'delivered',
  'pending',
  'retrying',
  'failed',
  'filtered',
  'cancelled',
] as const

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

export interface Delivery {
  id: string
  organization_id: string
  webhook_id: string
  event_id: string
  event: string
  /** Id of the event's contact, deal or other record. */
  record_id: string | null
  status: DeliveryStatus
  reason: string | null
  attempts: number
  next_attempt_at: string | null
  last_response_code: number | null
  last_error: string | null
  created_at: string
  updated_at: string
  completed_at: string | null
}

export interface WebhookEvent {
  id: string
  event: string
  data: JsonObject
  previous: JsonObject | null
  timestamp: string
  source: string | null
  /** The author of the change, if known. */
  origin: string | null
}

export interface Redelivery {
  id: string
  webhook_id: string
  kind: 'retry_failed' | 'replay_events'
  since: string | null
  until: string
  event: string | null
  status: 'running' | 'completed' | 'cancelled'
  reason: string | null
  matched: number | null
  queued: number
  /** Items skipped because they could not be queued. */
  failed: number
  created_at: string
  completed_at: string | null
}

/** What could not be processed in the last day. */
export interface FaultCount {
  /** Null: events that reached no webhook. */
  webhook_id: string | null
  count: number
  last_reason: string | null
  last_delivery_id: string | null
  webhook: { name: string } | null
}

export interface Skip {
  event: string
  reason: 'inactive' | 'not subscribed'
  count: number
}

export interface StatsSummary {
  attempts: number
  success: number
  failed: number
  errors: Record<string, number>
  success_rate: number | null
  /** Milliseconds. */
  latency: { p50: number; p95: number; p99: number } | null
}

export interface Stats {
  since: string
  until: string
  bucket: string
  totals: StatsSummary
  buckets: (StatsSummary & { start: string })[]
}

export interface TestResult {
  status: 'success' | 'failed'
  response_code: number | null
  duration_ms: number
  response_body: string | null
  error_message: string | null
  diagnosis: string | null
  log_id: string
  request: { headers: Record<string, string>; body: string }
}

export interface Preview {
  matched: number
  of: number
  samples: { id: string; event: string; timestamp: string; data: JsonObject }[]
}

export interface Inbox {
  id: string
  url: string
  expires_at: string
}

export interface InboxRequest {
  id: string
  method: string
  headers: Record<string, string>
  body: string
  signature: 'valid' | 'invalid' | 'unsigned' | 'unknown'
  created_at: string
}
