/**
 * Events about webhooks themselves, beside the seventeen about the CRM: emitted by alerts (docs/alerts.md) to the
 * organization's own webhooks. Only alerts emit them, and only a subscription that names them (or `webhook.*`,
 * `delivery.*`) gets them: `*` covers what happens in the CRM.
 */
export const OPERATIONAL_EVENTS = [
  'webhook.failing',
  'webhook.deactivated',
  'webhook.recovered',
  'delivery.exhausted',
] as const

export type OperationalEvent = (typeof OPERATIONAL_EVENTS)[number]

const names: ReadonlySet<string> = new Set(OPERATIONAL_EVENTS)

export function isOperational(event: string): event is OperationalEvent {
  return names.has(event)
}
