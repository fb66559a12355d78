import {
  currentLocale,
  dateTimeFormat,
  listFormat,
  numberFormat,
  relativeTimeFormat,
} from '../messages/intl.ts'

/* All values are formatted for the language that the page shows. */

const DATE_TIME = { dateStyle: 'medium', timeStyle: 'medium' } as const
const TIME = { hour: '2-digit', minute: '2-digit' } as const
const DAY = { month: 'short', day: 'numeric' } as const
const COMPACT = { notation: 'compact', maximumFractionDigits: 1 } as const
const SHARE = { style: 'percent', maximumFractionDigits: 1 } as const
const RELATIVE = { numeric: 'auto', style: 'short' } as const

const formatDate = (time: string, options: Intl.DateTimeFormatOptions): string =>
  dateTimeFormat(currentLocale(), options).format(new Date(time))

export const formatDateTime = (time: string): string => formatDate(time, DATE_TIME)
export const formatTime = (time: string): string => formatDate(time, TIME)
export const formatDay = (time: string): string => formatDate(time, DAY)
export const formatDayAndTime = (time: string): string => formatDate(time, { ...DAY, ...TIME })
export const formatNumber = (value: number): string => numberFormat(currentLocale()).format(value)
export const formatCompact = (value: number): string => numberFormat(currentLocale(), COMPACT).format(value)

/** "3 delivered, 1 failed again". */
export const formatList = (parts: readonly string[]): string =>
  listFormat(currentLocale(), { type: 'unit', style: 'short' }).format(parts)

/** Never rounds 0.9996 to 100 %. */
export function formatShare(value: number): string {
  const shown = value < 1 && value > 0.999 ? 0.999 : value
  return numberFormat(currentLocale(), SHARE).format(shown)
}

/** @param ms milliseconds */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return unit(Math.round(ms), 'millisecond')
  return unit(Math.round(ms / 100) / 10, 'second')
}

/** "512 bytes", "16 kB"; a kilobyte has 1,024 bytes, as limits are counted. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return unit(bytes, 'byte', 'long')
  if (bytes < 1_048_576) return unit(Math.round(bytes / 102.4) / 10, 'kilobyte')
  return unit(Math.round(bytes / 104_857.6) / 10, 'megabyte')
}

function unit(value: number, name: string, unitDisplay: 'short' | 'long' = 'short'): string {
  return numberFormat(currentLocale(), { style: 'unit', unit: name, unitDisplay }).format(value)
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** "3 minutes". */
export const formatPeriod = (count: number, unitName: string): string => unit(count, unitName, 'long')

/** "24 hours", "7 days". */
export const formatHours = (hours: number): string =>
  hours < 48 ? unit(hours, 'hour', 'long') : unit(hours / 24, 'day', 'long')

/** "5 min. ago", "in 2 hr.". */
export function formatRelative(time: string, now: number): string {
  const distance = Date.parse(time) - now
  const [name, size] = STEPS.find(([, ms]) => Math.abs(distance) >= ms) ?? ['second', 1_000]
  return relativeTimeFormat(currentLocale(), RELATIVE).format(Math.trunc(distance / size), name)
}

/** "23 h 59 m", for a future time. */
export function formatCountdown(time: string, now: number): string {
  const minutes = Math.max(0, Math.ceil((Date.parse(time) - now) / 60_000))
  if (minutes < 60) return unit(minutes, 'minute')
  return `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`
}

/** Formats for an `<input type="datetime-local">`, in local time. */
export function toLocalInput(time: string): string {
  const date = new Date(time)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
