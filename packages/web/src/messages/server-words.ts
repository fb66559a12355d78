import type { CodedText, Problem } from '@connectgain/webhooks-client'
import type { CompiledMessage } from 'icu-minify/format'
import { formatDateTime, formatPeriod } from '../components/format.ts'
import { toText } from './to-text.ts'

/** What the server says, by its codes. */
export type ServerWords = Readonly<Record<string, CompiledMessage>>

/** Empty in English, which the server speaks. */
let words: ServerWords = {}

export function setServerWords(compiled: ServerWords): void {
  words = compiled
}

/**
 * What the server says, in the language of the page. A text without a code is said as it came: that of a receiver or a database, one
 * from before there were codes, or one of a newer server.
 */
export function say(text: string, coded: CodedText | undefined): string {
  return (coded === undefined ? undefined : translate(coded)) ?? text
}

/** What an error of the API says, with the field before each problem. */
export function sayProblems(message: string, problems: readonly Problem[]): string {
  const said = problems.map((problem) => {
    const text = translate(problem)
    return text === undefined || problem.field == null ? text : `${problem.field}: ${text}`
  })
  return said.length > 0 && said.every((each) => each !== undefined) ? said.join('; ') : message
}

function translate({ code, params }: CodedText): string | undefined {
  const message = Object.hasOwn(words, code) ? words[code] : undefined
  if (message === undefined) return undefined
  const { runtime, ...others } = params
  const said = Object.entries(others).map(([name, value]) => [name, sayParameter(value)] as const)
  if (said.some(([, value]) => value === undefined)) return undefined
  const text = toText(message, Object.fromEntries(said) as Record<string, string | number>)
  // The runtime's code for the failure, which is the same in every language.
  return typeof runtime === 'string' ? `${text} (${runtime})` : text
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/
const PERIOD = /^(\d+) (day|hour|minute|second)s?$/

/** A number, a time, a period, a name, or what the server says within what it says. */
function sayParameter(value: unknown): string | number | undefined {
  if (typeof value === 'object' && value !== null) return translate(value as CodedText)
  if (typeof value !== 'string') return Number(value)
  if (ISO_TIME.test(value)) return formatDateTime(value)
  const [, count, unit] = PERIOD.exec(value) ?? []
  return unit === undefined ? value : formatPeriod(Number(count), unit)
}
