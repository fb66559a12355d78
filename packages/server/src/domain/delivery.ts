import type { AttemptErrorCode } from './attempt-errors.ts'
import { parseTraceId } from './trace-context.ts'
import type { WebhookTarget } from './webhook.ts'

/**
 * The states of a delivery (`webhook_deliveries.status`) and its transitions. The model test takes every arrow and no
 * other:
 *
 * stateDiagram-v2
 *     [*] --> pending: matching
 *     [*] --> delivered: first attempt succeeds
 *     [*] --> filtered: matching, held back by the webhook's filter
 *     pending --> delivered: attempt succeeds
 *     pending --> retrying: attempt fails, retries are left
 *     pending --> failed: attempt fails, no retry is left, or 410
 *     pending --> cancelled: webhook disabled or deleted, record erased, update replaced, sync cancelled
 *     pending --> filtered: the webhook's transform returns no body
 *     retrying --> delivered: attempt succeeds
 *     retrying --> retrying: attempt fails, retries are left
 *     retrying --> failed: attempt fails, no retry is left, or 410
 *     retrying --> cancelled: webhook disabled or deleted, record erased, update replaced, sync cancelled
 *     retrying --> filtered: the webhook's transform returns no body, after a retry of a delivery that was filtered
 *     failed --> retrying: bulk retry
 *     failed --> delivered: manual retry succeeds
 *     failed --> failed: manual retry fails
 *     cancelled --> delivered: manual retry succeeds
 *     cancelled --> failed: manual retry fails
 *     filtered --> delivered: manual retry succeeds
 *     filtered --> failed: manual retry fails
 *     delivered --> delivered: manual retry, any outcome
 *
 * In addition, a delivery that the database refuses to insert, claim, or record fails with the reason (give-up-event.ts,
 * give-up-delivery.ts), and a replay opens a delivery that never arrived (failed, cancelled, filtered): pending without an attempt, else
 * retrying.
 *
 * Invariants, kept by the statements of pipeline/ and maintenance/:
 * - A delivery has a row in `webhooks_internal.queue` exactly while it is pending, retrying, or in a manual retry.
 * - A request is sent under a lease, and its outcome counts only under that lease: an expired lease cannot complete a
 *   delivery that another node has taken over.
 * - A lease is the queue's `due_at` in the future: when its holder dies, the delivery becomes due.
 * - `attempts` counts recorded attempts. A request whose outcome was lost with the process is sent again under the
 *   same number.
 */
export const ATTEMPT_TRIGGERS = ['event', 'retry', 'manual', 'replay', 'sync', 'test'] as const
export type AttemptTrigger = (typeof ATTEMPT_TRIGGERS)[number]

/** A delivery that this process may send now. */
export interface LeasedDelivery {
  id: string
  organizationId: string
  eventId: string
  event: string
  /** The request body, the same text on every attempt; empty with a `fault`. */
  body: string
  /** Why the delivery can never be sent. */
  fault?: string | undefined
  /** The code of the fault; left out: `not_sendable`. */
  faultCode?: AttemptErrorCode
  /** Whether the body cannot be derived from the event, because fields were cut or it has a shape: it is logged with every attempt. */
  hasOwnBody: boolean
  /** Headers that belong to the format of the body. */
  bodyHeaders?: Readonly<Record<string, string>>
  /** The version of the webhook's transform that makes the body of what `body` has so far; undefined: it is made. */
  transform?: number | undefined
  /** The trace of the event; null: none. */
  traceparent: string | null
  /** The number of the next attempt, from 1. */
  attempt: number
  trigger: AttemptTrigger
  /** Whether no retry follows a failure: a manual retry of a delivery that was over. */
  isLast: boolean
  lease: string
  /** When the lease ends, by this process's clock; no request may be under way then. */
  leaseEnds: number
  target: WebhookTarget
}

/** Returns the ids for a log line, which lead from an event, delivery, webhook or trace to the line and back. */
export function toLogIds({
  eventId,
  id,
  target,
  attempt,
  traceparent,
}: LeasedDelivery): Record<string, unknown> {
  const ids = { event_id: eventId, delivery_id: id, webhook_id: target.id, attempt }
  return traceparent === null ? ids : { ...ids, trace_id: parseTraceId(traceparent) }
}

/** Milliseconds of a lease beyond the request's timeout: waiting in memory, and recording the outcome. */
export const LEASE_MARGIN_MS = 20_000
/** A request starts only if this much of the lease remains after its timeout. */
const RECORD_MARGIN_MS = 5_000

/** Returns whether the lease is long enough to send and record. */
export function canStillSend(delivery: LeasedDelivery, now: number): boolean {
  return delivery.leaseEnds - now >= delivery.target.timeout + RECORD_MARGIN_MS
}
