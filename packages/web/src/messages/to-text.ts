import type { CompiledMessage } from 'icu-minify/format'
import format from 'icu-minify/format'
import { currentLocale, dateTimeFormat, isRightToLeft, numberFormat, pluralRules } from './intl.ts'

export type Parameters = Readonly<Record<string, string | number | Date>>

const FORMATTERS = {
  getNumberFormat: numberFormat,
  getDateTimeFormat: dateTimeFormat,
  getPluralRules: pluralRules,
}

export function toText(message: CompiledMessage, parameters: Parameters): string {
  const given = isRightToLeft() ? isolate(parameters) : parameters
  // Messages have no tags, so that nothing but text comes out.
  return format(message, currentLocale(), given, { formatters: FORMATTERS }) as string
}

/** Names and URLs keep their own direction within a sentence from right to left, and leave that of the sentence alone. */
function isolate(parameters: Parameters): Parameters {
  const entries = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? `\u2068${value}\u2069` : value,
  ])
  return Object.fromEntries(entries) as Parameters
}
