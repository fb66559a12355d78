const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)$/
/** PostgreSQL refuses larger offsets. */
const MAX_OFFSET_HOURS = 15
const MICROSECONDS = 1_000_000
const END_SECONDS = Date.UTC(10_000, 0) / 1_000

/**
 * Returns the time of an event in UTC with microseconds, as PostgreSQL would round it; undefined for one that PostgreSQL might refuse.
 */
export function readEventTime(text: string): string | undefined {
  const parts = TIME.exec(text)
  if (parts === null) return undefined
  const [, minute, second = '00', fraction = '0', offset = 'Z'] = parts
  const milliseconds = Date.parse(`${minute}:${second}${offset}`)
  if (Number.isNaN(milliseconds) || Number(offset.slice(1, 3)) > MAX_OFFSET_HOURS) return undefined
  const rounded = roundToEven(Number(`0.${fraction}`) * MICROSECONDS)
  const seconds = milliseconds / 1_000 + Math.floor(rounded / MICROSECONDS)
  if (seconds < 0 || seconds >= END_SECONDS) return undefined
  return formatTime(seconds, rounded % MICROSECONDS)
}

/** Formats Unix milliseconds in the same way. */
export function formatEventTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}000Z`
}

function formatTime(seconds: number, microseconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(microseconds).padStart(6, '0')}Z`
}

/** As C's `rint`, which PostgreSQL uses. */
function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
