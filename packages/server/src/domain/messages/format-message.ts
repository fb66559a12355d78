import compile from 'icu-minify/compile'
import format from 'icu-minify/format'
import type { CompiledMessage } from 'icu-minify/format'
import { formatLocale, isRightToLeft } from './locales.ts'
import type { Locale } from './locales.ts'

const FORMATTERS = {
  getNumberFormat: (...of: ConstructorParameters<typeof Intl.NumberFormat>) => new Intl.NumberFormat(...of),
  getDateTimeFormat: (...of: ConstructorParameters<typeof Intl.DateTimeFormat>) =>
    new Intl.DateTimeFormat(...of),
  getPluralRules: (...of: ConstructorParameters<typeof Intl.PluralRules>) => new Intl.PluralRules(...of),
}

/** By their text: a language has few. */
const compiled = new Map<string, CompiledMessage>()

/** A message in ICU MessageFormat with its parameters. */
export function formatMessage(
  message: string,
  params: Readonly<Record<string, string | number>>,
  locale: Locale,
): string {
  let known = compiled.get(message)
  if (known === undefined) {
    known = compile(message)
    compiled.set(message, known)
  }
  const entries = Object.entries(params).map(([name, value]) => [name, isolate(value, locale)])
  const values = Object.fromEntries(entries) as Record<string, string | number>
  // Messages have no tags, so that nothing but text comes out.
  return format(known, formatLocale(locale), values, { formatters: FORMATTERS }) as string
}

/** Names and URLs keep their own direction within a sentence from right to left, and leave that of the sentence alone. */
function isolate(value: string | number, locale: Locale): string | number {
  return typeof value === 'string' && isRightToLeft(locale) ? `\u2068${value}\u2069` : value
}
