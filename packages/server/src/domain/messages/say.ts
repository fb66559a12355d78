import ar from './ar.json' with { type: 'json' }
import de from './de.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }
import ptBR from './pt-BR.json' with { type: 'json' }
import { formatMessage } from './format-message.ts'
import { formatLocale } from './locales.ts'
import type { Locale } from './locales.ts'
import { withoutMarks } from './pattern.ts'
import { readMessage } from './server-message.ts'
import type { ServerMessage } from './server-message.ts'

const CATALOGS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en, de, es, 'pt-BR': ptBR, ar }

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/
const PERIOD = /^(\d+) (day|hour|minute|second)s?$/

/** What the program says, in another language; as it came where no catalog has it. */
export function say(text: string, locale: Locale): string {
  if (locale === 'en') return text
  const message = readMessage(text)
  return message === undefined ? sayName(text, locale) : sayMessage(message, locale)
}

function sayMessage({ code, params }: ServerMessage, locale: Locale): string {
  const { runtime, ...others } = params
  const said = Object.entries(others).map(([name, value]) => [name, sayParameter(value, locale)])
  const text = formatMessage(
    withoutMarks(CATALOGS[locale][code] ?? ''),
    Object.fromEntries(said) as Record<string, string | number>,
    locale,
  )
  return typeof runtime === 'string' ? `${text} (${runtime})` : text
}

function sayParameter(value: string | number | ServerMessage, locale: Locale): string | number {
  if (typeof value === 'object') return sayMessage(value, locale)
  return typeof value === 'string' ? sayName(value, locale) : value
}

/** A time or a period; any other name is the same in every language. */
function sayName(text: string, locale: Locale): string {
  if (ISO_TIME.test(text)) return `${formatTime(new Date(text), locale)} UTC`
  const [, count, unit] = PERIOD.exec(text) ?? []
  if (unit === undefined) return text
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const
  return new Intl.NumberFormat(formatLocale(locale), style).format(Number(count))
}

/** "January 15, 2026 at 10:00": in UTC, since the reader's zone is not known. */
export function formatTime(time: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(formatLocale(locale), {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }).format(time)
}
