import { isOperational } from './operational-events.ts'

/** Returns whether a subscription (an exact name, `deal.*` or `*`) covers an event. `*` covers everything that happens in the CRM. */
export function covers(subscription: string, event: string): boolean {
  if (subscription === '*') return !isOperational(event)
  return subscription.endsWith('.*') ? event.startsWith(subscription.slice(0, -1)) : subscription === event
}
