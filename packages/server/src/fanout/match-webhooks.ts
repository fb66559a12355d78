import { covers } from '../events/event-types.ts'
import type { TargetRow } from '../webhooks/webhook-target.ts'

export interface Subscription extends TargetRow {
  organization_id: string
  events: string[]
}

export interface Match<E> {
  event: E
  subscription: Subscription
}

/** Every pair of an event and an active webhook of its organization that subscribes to it, in the events' order. */
export function matchWebhooks<E extends { organization_id: string; event: string }>(
  events: readonly E[],
  subscriptions: readonly Subscription[],
): Match<E>[] {
  const byOrganization = Map.groupBy(subscriptions, (subscription) => subscription.organization_id)
  return events.flatMap((event) =>
    (byOrganization.get(event.organization_id) ?? [])
      .filter((subscription) => subscription.events.some((name) => covers(name, event.event)))
      .map((subscription) => ({ event, subscription })),
  )
}
