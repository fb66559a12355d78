/** Events about webhooks, which “every event” does not include; a test compares them with the server's list. */
export const OPERATIONAL_EVENTS = [
  'webhook.failing',
  'webhook.deactivated',
  'webhook.recovered',
  'delivery.exhausted',
] as const

export type OperationalEvent = (typeof OPERATIONAL_EVENTS)[number]

const operational: ReadonlySet<string> = new Set(OPERATIONAL_EVENTS)

/** Tests if a subscription (an exact name, `deal.*` or `*`) covers an event. */
export function covers(subscription: string, event: string): boolean {
  if (subscription === '*') return !operational.has(event)
  return subscription.endsWith('.*') ? event.startsWith(subscription.slice(0, -1)) : subscription === event
}
