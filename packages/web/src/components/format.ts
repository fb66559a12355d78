import { locale } from './locale.ts'

/* All values are formatted for the browser's locale. */

const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const shortTime = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const shortDay = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' })
const dayAndTime = new Intl.DateTimeFormat(locale, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const number = new Intl.NumberFormat(locale)
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })

export const formatDateTime = (time: string): string => dateTime.format(new Date(time))
export const formatTime = (time: string): string => shortTime.format(new Date(time))
export const formatDay = (time: string): string => shortDay.format(new Date(time))
export const formatDayAndTime = (time: string): string => dayAndTime.format(new Date(time))
export const formatNumber = (value: number): string => number.format(value)
export const formatCompact = (value: number): string => compact.format(value)

/** Never rounds 0.9996 to 100 %. */
export function formatShare(value: number): string {
  const shown = value < 1 && value > 0.999 ? 0.999 : value
  return share.format(shown)
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
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay }).format(value)
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** "5 min. ago", "in 2 hr.". */
export function formatRelative(time: string, now: number): string {
  const distance = Date.parse(time) - now
  const [name, size] = STEPS.find(([, ms]) => Math.abs(distance) >= ms) ?? ['second', 1_000]
  return relative.format(Math.trunc(distance / size), name)
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
