import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'
import { brandOf } from '../../domain/portal/brand.ts'
import { refreshLink } from '../../domain/portal/return-path.ts'
import type { PortalTheme } from '../../domain/portal/theme.ts'

export interface MailedAlert {
  webhook_id: string
  webhook_name: string
  type: OperationalEvent
  threshold: number | null
  since: Date
  message: string
}

const HEADLINE: Readonly<Record<OperationalEvent, string>> = {
  'webhook.failing': 'is failing',
  'webhook.deactivated': 'was disabled',
  'webhook.recovered': 'has recovered',
  'delivery.exhausted': 'has failed deliveries',
}

const ADVICE: Readonly<Record<OperationalEvent, string>> = {
  'webhook.failing':
    'New events are queued and retried automatically. The webhook page shows every attempt and the likely cause.',
  'webhook.deactivated':
    'It receives no more events. Fix the endpoint, enable the webhook, then choose "Replay missed events".',
  'webhook.recovered': 'Pending deliveries are being sent now. No action is needed.',
  'delivery.exhausted':
    'They stay in the log. Fix the endpoint, then choose "Retry failed deliveries". This alert is sent at most once an hour.',
}

/** What mails say of the installation. */
export interface MailSettings {
  publicUrl: string | undefined
  /** Where people are signed in; undefined: on the settings page, with a key. */
  portalRefreshUrl: string | undefined
  portalTheme: PortalTheme
}

/** Writes the plain-text mail about one alert. */
export function composeMail(alert: MailedAlert, settings: MailSettings): { subject: string; text: string } {
  const name = oneLine(alert.webhook_name)
  const share = alert.type === 'webhook.failing' ? ` (${alert.threshold}%)` : ''
  return {
    subject: `Webhook "${name}" ${HEADLINE[alert.type]}${share}`,
    text: [
      `The webhook "${name}" ${HEADLINE[alert.type]}.`,
      `Since ${alert.since.toISOString()}: ${oneLine(alert.message)}.`,
      ADVICE[alert.type],
      ...linkTo(alert.webhook_id, settings),
      ...(settings.portalTheme.name === undefined ? [] : [brandOf(settings.portalTheme).name]),
    ].join('\n\n'),
  }
}

function linkTo(webhookId: string, { publicUrl, portalRefreshUrl }: MailSettings): string[] {
  const path = `/settings/webhooks/${webhookId}`
  if (portalRefreshUrl !== undefined) return [refreshLink(portalRefreshUrl, path)]
  return publicUrl === undefined ? [] : [`${publicUrl}${path}`]
}

/** Names are user input: a line break in a header would start another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
