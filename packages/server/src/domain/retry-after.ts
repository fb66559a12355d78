/** A number from here on cannot be a wait (of 31 years): it is a time in seconds since 1970; from `MIN_EPOCH_MS` on, in milliseconds. */
const MIN_EPOCH_SECONDS = 1e9
const MIN_EPOCH_MS = 1e12
const HALF_A_CENTURY_MS = 50 * 365.25 * 86_400_000

const NUMBERS = /^\d{1,13}(?:\.\d{1,9})?(?:\s*,\s*\d{1,13}(?:\.\d{1,9})?)*$/
const ZONE = '(?<zone>GMT|UTC|Z|[+-]\\d{4})'
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)'
/** The date formats of RFC 9110: IMF-fixdate and RFC 850; asctime. And ISO 8601, which RFC 9110 does not have. */
const DATES = [
  new RegExp(
    `^[a-z]{3,9},? (?<day>\\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\\d{4}|\\d\\d) ${TIME} ${ZONE}$`,
    'i',
  ),
  new RegExp(`^[a-z]{3} (?<month>[a-z]{3}) {1,2}(?<day>\\d{1,2}) ${TIME} (?<year>\\d{4})$`, 'i'),
]
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i

/**
 * Parses `Retry-After` to milliseconds; undefined for what it cannot read.
 *
 * - Seconds, also with a fraction. Of several numbers the longest wait counts.
 * - A number that is too large for a wait is a time since 1970, in seconds or milliseconds.
 * - A date in any format of RFC 9110, or of ISO 8601 with an offset.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim()
  if (text === undefined || text === '') return undefined
  if (NUMBERS.test(text))
    return Math.max(...text.split(',').map((number) => parseNumber(Number(number), now)))
  const date = parseDate(text, now)
  return date === undefined || Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function parseNumber(number: number, now: number): number {
  if (number < MIN_EPOCH_SECONDS) return Math.ceil(number * 1_000)
  return Math.max(0, Math.ceil(number < MIN_EPOCH_MS ? number * 1_000 : number) - now)
}

function parseDate(text: string, now: number): number | undefined {
  if (ISO_8601.test(text)) return Date.parse(text)
  const parts = DATES.map((format) => format.exec(text)?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return undefined
  const { day, month, year = '', time, zone = 'GMT' } = parts
  const parse = (fullYear: string): number => Date.parse(`${day} ${month} ${fullYear} ${time} ${zone}`)
  if (year.length === 4) return parse(year)
  // RFC 850 has two digits: a year more than fifty years ahead is one of the last century.
  const date = parse(`20${year}`)
  return date - now > HALF_A_CENTURY_MS ? parse(`19${year}`) : date
}
