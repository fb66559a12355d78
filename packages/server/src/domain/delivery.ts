import { traceIdOf } from './trace-context.ts'
import type { WebhookTarget } from './webhook.ts'

/**
 * The states of a delivery (`webhook_deliveries.status`) and what moves it between them. The model test goes
 * along every arrow and along no other:
 *
 * stateDiagram-v2
 *     [*] --> pending: fan-out
 *     [*] --> filtered: fan-out, kept back by the webhook's filter
 *     pending --> delivered: attempt succeeds
 *     pending --> retrying: attempt fails, waits are left
 *     pending --> failed: attempt fails, no wait is left, or 410
 *     pending --> cancelled: webhook off or deleted, record erased
 *     retrying --> delivered: attempt succeeds
 *     retrying --> retrying: attempt fails, waits are left
 *     retrying --> failed: attempt fails, no wait is left, or 410
 *     retrying --> cancelled: webhook off or deleted, record erased
 *     failed --> retrying: bulk retry
 *     failed --> delivered: manual retry succeeds
 *     failed --> failed: manual retry fails
 *     cancelled --> delivered: manual retry succeeds
 *     cancelled --> failed: manual retry fails
 *     filtered --> delivered: manual retry succeeds
 *     filtered --> failed: manual retry fails
 *     delivered --> delivered: manual retry, whatever comes of it
 *
 * Beside these, one that the database refuses to make, to claim or to record fails with the reason (give-up-event.ts,
 * give-up-delivery.ts); and a replay opens what never arrived (failed, cancelled, filtered), as what it was before: pending when no attempt
 * was made, else retrying.
 *
 * Invariants, kept by the statements of deliveries/ and attempts/:
 * - A delivery stands in `webhooks_internal.queue` exactly while there is something left to do: it is pending or retrying, or
 *   is being sent by hand.
 * - Whoever sends holds a lease. A result counts only with the lease under which it was sent, so an expired one
 *   cannot complete what another node has taken over.
 * - A lease is the queue's `due_at` in the future: when its holder dies the delivery comes due by itself.
 * - `attempts` counts recorded attempts. A request whose result was lost with the process is sent again under the
 *   same number.
 */
export type AttemptTrigger = 'event' | 'retry' | 'manual' | 'test'

/** A delivery that this process may send now. */
export interface LeasedDelivery {
  id: string
  organizationId: string
  eventId: string
  event: string
  /** The request body: the same text on every attempt. Empty where there is a `fault`. */
  body: string
  /** Why it cannot be sent at all, whatever its endpoint does. */
  fault?: string | undefined
  /** It lacks fields of the event, so that the log keeps it with every attempt. */
  isRedacted: boolean
  /** The trace that the event belongs to; null: none. */
  traceparent: string | null
  /** The number of the attempt to make, from 1. */
  attempt: number
  trigger: AttemptTrigger
  /** Whether no further attempt is scheduled when this one fails: the delivery was over when it was sent by hand. */
  isLast: boolean
  lease: string
  /** When, by this process's clock, the lease ends; no request may still be under way then. */
  leaseEnds: number
  target: WebhookTarget
}

/** By these a line of the log is found from an event, a delivery, a webhook or a trace, and the other way round. */
export function idsOf({
  eventId,
  id,
  target,
  attempt,
  traceparent,
}: LeasedDelivery): Record<string, unknown> {
  const ids = { event_id: eventId, delivery_id: id, webhook_id: target.id, attempt }
  return traceparent === null ? ids : { ...ids, trace_id: traceIdOf(traceparent) }
}

/** Beyond the request's own timeout: how long a delivery may wait in memory, and its result to be written. */
export const LEASE_MARGIN_MS = 20_000
/** A request is started only while this much of the lease stays after its timeout. */
export const RECORD_MARGIN_MS = 5_000

/** Whether the lease is long enough to send and to record. */
export function canStillSend(delivery: LeasedDelivery, now: number): boolean {
  return delivery.leaseEnds - now >= delivery.target.timeout + RECORD_MARGIN_MS
}
