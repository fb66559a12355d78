const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/

/**
 * Reads an ISO 8601 time with an offset: milliseconds since 1970 with fractions, so that two ways of writing one instant compare as
 * equal. Undefined for any other text, which stays text: a date, or a time without an offset.
 */
export function toInstant(text: string): number | undefined {
  if (text.length < 17 || text.charCodeAt(10) !== 0x54) return undefined
  const [, time, fraction = '', offset = ''] = TIME.exec(text) ?? []
  if (time === undefined) return undefined
  const zone = offset === 'Z' || offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`
  const instant = Date.parse(time + zone)
  return Number.isNaN(instant) ? undefined : instant + Number(`0.${fraction || '0'}`) * 1_000
}

/** A key by which equal values are found: times by their instant, everything else as it is. */
export function toComparable(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null
  const instant = toInstant(value)
  return instant === undefined ? value : `\0${instant}`
}
