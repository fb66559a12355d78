import { ATTEMPT_ERRORS, diagnosisOf } from '../../domain/attempt-errors.ts'
import type { AttemptErrorCode } from '../../domain/attempt-errors.ts'
import type { OperationalEvent } from '../../domain/event-types/operational-events.ts'
import type { Locale } from '../../domain/messages/locales.ts'
import { formatTime, say } from '../../domain/messages/say.ts'
import { brandOf } from '../../domain/portal/brand.ts'
import { refreshLink } from '../../domain/portal/return-path.ts'
import type { PortalTheme } from '../../domain/portal/theme.ts'
import { mailText } from './mail-text.ts'
import type { MailText } from './mail-text.ts'
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
  /** Of the recipient. */
  locale: Locale
}

/** What mails say of the installation. */
export interface MailSettings {
  publicUrl: string | undefined
  /** Where people are signed in; undefined: on the settings page, with a key. */
  portalRefreshUrl: string | undefined
  portalTheme: PortalTheme
}

/** Writes the mail about one alert. */
export function composeMail(alert: MailedAlert, settings: MailSettings): Mail {
  const { type, locale } = alert
  const name = oneLine(alert.webhook_name)
  const fix = type === 'webhook.recovered' ? undefined : findFix(alert.error_code)
  const text = (key: MailText, params = {}): string => mailText(locale, key, params)
  return writeMail(
    {
      locale,
      subject: text(`subject.${type}`, { name, share: alert.threshold ?? 0 }),
      heading: text(`heading.${type}`, { name }),
      facts: [
        [text('since'), writeTime(alert.since, locale)],
        [text('happened'), toSentence(say(oneLine(alert.message), locale))],
        ...(fix === undefined ? [] : [[text('fix'), say(fix, locale)] as const]),
      ],
      advice: text(`advice.${type}`),
      link: linkTo(settings, `/${alert.webhook_id}`, text('open')),
      footer: text('footer'),
    },
    brandOf(settings.portalTheme),
  )
}

/** Writes the mail that shows an admin what alerts look like, and that they arrive. */
export function composeTestMail(now: Date, locale: Locale, settings: MailSettings): Mail {
  const brand = brandOf(settings.portalTheme)
  const text = (key: MailText, params = {}): string => mailText(locale, key, params)
  return writeMail(
    {
      locale,
      subject: text('test.subject', { brand: oneLine(brand.name) }),
      heading: text('test.heading'),
      facts: [[text('test.sent'), writeTime(now, locale)]],
      advice: text('test.advice'),
      link: linkTo(settings, '', text('test.open')),
      footer: text('footer'),
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

const writeTime = (time: Date, locale: Locale): string =>
  mailText(locale, 'time', { time: formatTime(time, locale) })

const toSentence = (words: string): string =>
  words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.')

/** Names are user input: a line break in a header would start another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
