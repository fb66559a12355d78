import {
  OPERATIONAL_EVENTS,
  isOperational,
  type OperationalEvent,
} from '../../../server/src/domain/event-types/operational-events.ts'

export { OPERATIONAL_EVENTS, type OperationalEvent }

/** Tests if a subscription (an exact name, `deal.*` or `*`) covers an event. */
export function covers(subscription: string, event: string): boolean {
  if (subscription === '*') return !isOperational(event)
  return subscription.endsWith('.*') ? event.startsWith(subscription.slice(0, -1)) : subscription === event
}
