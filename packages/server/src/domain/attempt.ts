import type { AttemptErrorCode } from './attempt-errors.ts'
import type { AttemptTrigger } from './delivery.ts'

/** A finished attempt: a row of `webhook_logs`, and the delivery's next state. Times are ISO 8601. */
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
  error_code: AttemptErrorCode | null
  error_message: string | null
  diagnosis: string | null
  duration_ms: number
  /** JSON text of the headers that cannot be derived from other fields, custom headers masked; null: nothing was sent. */
  request_headers: string | null
  /** Set only when it cannot be derived from the event: for a test, and when fields were cut. */
  request_body: string | null
  /** JSON text. */
  response_headers: string | null
  response_body: string | null
  /** By this process's clock; the database adds `wait_ms` to the time of recording. */
  next_attempt_at: string | null
  wait_ms: number | null
  /** Milliseconds that the receiver asked to be left alone, from the end of the attempt; null: it did not ask. */
  retry_after_ms: number | null
  created_at: string
  /** The fencing token of the request; null for a test, which has no delivery. */
  lease: string | null
  /** Why the webhook must be disabled; null: it stays as it is. */
  deactivate: string | null
  /** Whether the webhook was healthy when the request was sent. */
  was_healthy: boolean
  /** Whether others about the same record may wait for the end of this delivery. */
  is_ordered: boolean
  /** When the endpoint's certificate expires, in Unix milliseconds; null without a certificate. */
  certificate_ends: number | null
}

/** Stores attempts that were made outside of the pipeline. */
export interface AttemptRecorder {
  /** Resolves when the attempt is committed. */
  write(attempt: AttemptRecord): Promise<void>
}
