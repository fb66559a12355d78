/** Events about webhooks themselves, which “every event” does not mean; a test holds them equal to the server's. */
export const OPERATIONAL_EVENTS = [
  'webhook.failing',
  'webhook.deactivated',
  'webhook.recovered',
  'delivery.exhausted',
] as const

export type OperationalEvent = (typeof OPERATIONAL_EVENTS)[number]

const operational: ReadonlySet<string> = new Set(OPERATIONAL_EVENTS)

/** Whether a subscription (an exact name, `deal.*` or `*`) covers an event. */
export function covers(subscription: string, event: string): boolean {
  if (subscription === '*') return !operational.has(event)
  return subscription.endsWith('.*') ? event.startsWith(subscription.slice(0, -1)) : subscription === event
}
