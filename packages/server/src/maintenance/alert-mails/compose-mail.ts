import { ATTEMPT_ERRORS, diagnosisOf } from '../../domain/attempt-errors.ts'
import type { AttemptErrorCode } from '../../domain/attempt-errors.ts'
import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'
import { brandOf } from '../../domain/portal/brand.ts'
import { refreshLink } from '../../domain/portal/return-path.ts'
import type { PortalTheme } from '../../domain/portal/theme.ts'
import type { Mail } from './write-mail.ts'
import { writeMail } from './write-mail.ts'

export interface MailedAlert {
  webhook_id: string
  webhook_name: string
  type: OperationalEvent
  threshold: number | null
  since: Date
  message: string
  /** Of the webhook's last failed attempt; null if there is none. */
  error_code: string | null
}

/** What mails say of the installation. */
export interface MailSettings {
  publicUrl: string | undefined
  /** Where people are signed in; undefined: on the settings page, with a key. */
  portalRefreshUrl: string | undefined
  portalTheme: PortalTheme
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

const FOOTER =
  'You get this mail because this address receives the alerts of your organization. To stop them, remove it under Settings → Webhooks.'

/** Writes the mail about one alert. */
export function composeMail(alert: MailedAlert, settings: MailSettings): Mail {
  const name = oneLine(alert.webhook_name)
  const share = alert.type === 'webhook.failing' ? ` (${alert.threshold}%)` : ''
  const fix = alert.type === 'webhook.recovered' ? undefined : findFix(alert.error_code)
  return writeMail(
    {
      subject: `Webhook "${name}" ${HEADLINE[alert.type]}${share}`,
      heading: `The webhook "${name}" ${HEADLINE[alert.type]}`,
      facts: [
        ['Since', formatTime(alert.since)],
        ['What happened', toSentence(oneLine(alert.message))],
        ...(fix === undefined ? [] : [['What to do', fix] as const]),
      ],
      advice: ADVICE[alert.type],
      link: linkTo(settings, `/${alert.webhook_id}`, 'Open the webhook'),
      footer: FOOTER,
    },
    brandOf(settings.portalTheme),
  )
}

/** Writes the mail that shows an admin what alerts look like, and that they arrive. */
export function composeTestMail(now: Date, settings: MailSettings): Mail {
  const brand = brandOf(settings.portalTheme)
  return writeMail(
    {
      subject: `Test alert from ${oneLine(brand.name)}`,
      heading: 'Alerts reach this address',
      facts: [['Sent', formatTime(now)]],
      advice:
        'This is a test: nothing is wrong. You get a mail like this when a webhook keeps failing, is disabled or recovers, and when deliveries fail after their last attempt.',
      link: linkTo(settings, '', 'Open Webhooks'),
      footer: FOOTER,
    },
    brand,
  )
}

function linkTo({ publicUrl, portalRefreshUrl }: MailSettings, view: string, text: string) {
  const path = `/settings/webhooks${view}`
  if (portalRefreshUrl !== undefined) return { text, href: refreshLink(portalRefreshUrl, path) }
  return publicUrl === undefined ? undefined : { text, href: `${publicUrl}${path}` }
}

/** In the code's own words: those of the attempt may quote the endpoint, and mails go to many. */
function findFix(code: string | null): string | undefined {
  return code !== null && Object.hasOwn(ATTEMPT_ERRORS, code)
    ? diagnosisOf(code as AttemptErrorCode)
    : undefined
}

const TIME = new Intl.DateTimeFormat('en-US', {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
})

/** "January 15, 2026 at 10:00 UTC": the reader's zone is not known. */
const formatTime = (time: Date): string => `${TIME.format(time)} UTC`

const toSentence = (words: string): string =>
  words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.')

/** Names are user input: a line break in a header would start another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
