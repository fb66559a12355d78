import type { Connection } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { DirectSlots, MatchedEvents, PlannedDelivery } from '../match/match-events.ts'
import { matchEvents } from '../match/match-events.ts'
import type { Subscriptions, Versions } from '../match/subscriptions.ts'
import type { RelayedBatch } from './event-source.ts'
import type { TakenEvent } from './taken-event.ts'
import type { LeasedEvent, UnwrittenDelivery } from './leased-event.ts'
import type { LeasedEvents } from './leased-events.ts'

export interface MatchBatchOptions<L extends LeasedEvents = LeasedEvents> {
  clock: Clock
  openTarget: OpenTarget
  subscriptions: Subscriptions
  leasedEvents: L
}

/**
 * Matches leased events with the webhooks as they are now.
 *
 * @param versions of the events' organizations, read after the events were stored
 * @param written pairs (`pairOf`) whose delivery exists: they are left out
 */
export async function matchBatch(
  connection: Connection,
  events: readonly TakenEvent[],
  versions: Versions,
  written: ReadonlySet<string>,
  slots: DirectSlots,
  { leasedEvents, subscriptions, ...options }: MatchBatchOptions,
): Promise<MatchedEvents> {
  const webhooks = await subscriptions.read(connection, versions)
  return matchEvents(events, webhooks, slots, { ...options, lease: leasedEvents.token, written })
}

/** Remembers the planned deliveries of leased events, which are not written yet. @param createdAt by the database's clock, as text */
export function toBatch(
  leasedEvents: LeasedEvents,
  events: readonly TakenEvent[],
  { planned, skips }: MatchedEvents,
  createdAt: string,
): RelayedBatch {
  const tracked = track(leasedEvents, planned, createdAt)
  return {
    events: [...events],
    direct: tracked.flatMap(({ isDirect, unwritten }) => (isDirect ? [unwritten.delivery] : [])),
    waiting: tracked.flatMap(({ isDirect, unwritten }) => (isDirect ? [] : [unwritten])),
    hasQueued: false,
    unmatched: events.flatMap(({ key }) => leasedEvents.event(key) ?? []).filter(isUnmatched),
    skips,
  }
}

const isUnmatched = ({ unwritten }: LeasedEvent): boolean => unwritten.size === 0

/** Tracks nothing if the lease was lost in the meantime. */
function track(
  leasedEvents: LeasedEvents,
  planned: readonly PlannedDelivery[],
  createdAt: string,
): { isDirect: boolean; unwritten: UnwrittenDelivery }[] {
  const tracked = planned.flatMap(({ isDirect, key, ...one }) => {
    const event = leasedEvents.event(key)
    if (event === undefined) return []
    return [{ isDirect, unwritten: { ...one, event, createdAt, writer: undefined, writing: undefined } }]
  })
  leasedEvents.add(tracked.map(({ unwritten }) => unwritten))
  return tracked
}

/** Whether the delivery has to wait for others about its record, and is written at once in its order. */
export const isInOrder = ({ delivery, filtered }: PlannedDelivery): boolean =>
  delivery.target.isOrdered && filtered === undefined
