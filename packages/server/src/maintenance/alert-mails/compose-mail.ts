import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'

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

/** Writes the plain-text mail about one alert. */
export function composeMail(
  alert: MailedAlert,
  publicUrl: string | undefined,
): { subject: string; text: string } {
  const name = oneLine(alert.webhook_name)
  const share = alert.type === 'webhook.failing' ? ` (${alert.threshold}%)` : ''
  const link = publicUrl === undefined ? [] : [`${publicUrl}/settings/webhooks/${alert.webhook_id}`]
  return {
    subject: `Webhook "${name}" ${HEADLINE[alert.type]}${share}`,
    text: [
      `The webhook "${name}" ${HEADLINE[alert.type]}.`,
      `Since ${alert.since.toISOString()}: ${oneLine(alert.message)}.`,
      ADVICE[alert.type],
      ...link,
    ].join('\n\n'),
  }
}

/** Names are user input: a line break in a header would start another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
