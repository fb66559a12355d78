import type { TakenEvent } from '../relay/taken-event.ts'
import type { Tracing } from '../../observability/tracing.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'

/**
 * Makes a span for each event that was matched, the parent of its direct deliveries. Queued ones keep the event's own parent.
 *
 * @param startedAt milliseconds since the epoch: when the batch was begun
 */
export function traceMatching(
  tracing: Tracing,
  startedAt: number,
  created: readonly LeasedDelivery[],
  events: readonly TakenEvent[],
): LeasedDelivery[] {
  const parents = new Map<string, string | null>()
  for (const event of events) {
    const key = keyOf(event.organization_id, event.id)
    const attributes = { 'webhooks.event_id': event.id, 'webhooks.event': event.event }
    const span = tracing.start('webhooks.match', event.traceparent, attributes, startedAt)
    const leased = created.filter(
      (delivery) => keyOf(delivery.organizationId, delivery.eventId) === key,
    ).length
    span.end({ 'webhooks.sent_from_memory': leased })
    parents.set(key, span.traceparent)
  }
  return created.map((delivery) => ({
    ...delivery,
    traceparent: parents.get(keyOf(delivery.organizationId, delivery.eventId)) ?? delivery.traceparent,
  }))
}

/** Two organizations may give their events the same id. */
const keyOf = (organizationId: string, eventId: string): string => `${organizationId} ${eventId}`
