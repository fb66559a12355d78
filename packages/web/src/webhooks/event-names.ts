/** Whether a subscription (an exact name, `deal.*` or `*`) covers an event. */
export function covers(subscription: string, event: string): boolean {
  if (subscription === '*') return true
  return subscription.endsWith('.*') ? event.startsWith(subscription.slice(0, -1)) : subscription === event
}
