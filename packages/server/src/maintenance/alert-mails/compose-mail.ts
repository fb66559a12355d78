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
  'webhook.deactivated': 'was switched off',
  'webhook.recovered': 'works again',
  'delivery.exhausted': 'has lost deliveries',
}

const ADVICE: Readonly<Record<OperationalEvent, string>> = {
  'webhook.failing':
    'New events wait or are tried again until it answers. Its page shows every attempt, with what is likely wrong.',
  'webhook.deactivated':
    'It gets nothing more. Correct the endpoint, switch the webhook on again, then use "Send what it missed".',
  'webhook.recovered': 'What waited is being sent now. Nothing is to be done.',
  'delivery.exhausted':
    'They are kept: correct the endpoint, then use "Retry failed". You hear of this at most once an hour.',
}

/** A mail about one alert, in plain text. */
export function composeMail(
  alert: MailedAlert,
  publicUrl: string | undefined,
): { subject: string; text: string } {
  const name = oneLine(alert.webhook_name)
  const share = alert.type === 'webhook.failing' ? ` (${alert.threshold} %)` : ''
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

/** A name is whatever somebody typed; in a header a line break would begin another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
