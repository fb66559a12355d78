import type { AttemptTrigger } from './delivery.ts'

/** One attempt, made and judged: a row of `webhook_logs`, and what becomes of the delivery. Times are ISO 8601. */
export interface AttemptRecord {
  id: string
  organization_id: string
  webhook_id: string
  delivery_id: string
  event_id: string
  event: string
  url: string
  status: 'success' | 'failed'
  attempt: number
  trigger: AttemptTrigger
  response_code: number | null
  error_code: string | null
  error_message: string | null
  diagnosis: string | null
  duration_ms: number
  /** JSON text of those that do not follow from the other fields, the webhook's own masked; null: nothing was sent. */
  request_headers: string | null
  /** Only where it does not follow from the event: of a test, which has none, and where fields were cut. */
  request_body: string | null
  /** JSON text. */
  response_headers: string | null
  response_body: string | null
  /** By this process's clock; what counts is `wait_ms` from the moment that the database records it. */
  next_attempt_at: string | null
  wait_ms: number | null
  created_at: string
  /** The fencing token under which it was sent; null for a test, which has no delivery. */
  lease: string | null
  /** Why the webhook is to be deactivated, if it is. */
  deactivate: string | null
  /** Whether the webhook counted as healthy when this was sent. */
  was_healthy: boolean
  /** When the endpoint's certificate expires, in milliseconds; null when none was shown. */
  certificate_ends: number | null
}

/** Stores attempts that were made outside of the pipeline. */
export interface AttemptRecorder {
  /** Resolves when the attempt is committed. */
  write(attempt: AttemptRecord): Promise<void>
}
