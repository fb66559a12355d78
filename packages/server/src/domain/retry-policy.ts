/** ±10 %: failures that came together do not come back together. */
const JITTER = 0.1
/** However long a receiver asks to be left alone. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000

/**
 * Milliseconds to wait after failed attempt number `attempt` (from 1); undefined when it was the last one.
 *
 * @param schedule waits between attempts, so that there is one attempt more than waits
 * @param retryAfter milliseconds that the receiver asked for: a lower bound, itself bounded to 24 hours
 * @param random from 0 to 1
 */
export function nextWait(
  schedule: readonly number[],
  attempt: number,
  retryAfter: number | undefined,
  random: () => number = Math.random,
): number | undefined {
  const wait = schedule[attempt - 1]
  if (wait === undefined) return undefined
  const jittered = Math.round(wait * (1 - JITTER + 2 * JITTER * random()))
  return Math.max(jittered, Math.min(retryAfter ?? 0, MAX_RETRY_AFTER_MS))
}

/** Milliseconds from a `Retry-After` header: seconds or an HTTP date; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1_000
  // Only what looks like an HTTP date: Date.parse would read a year into almost anything.
  const date = /^[A-Z][a-z]{2,8},? \d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
