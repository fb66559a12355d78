/** ±10 %: deliveries that failed together do not retry together. */
const JITTER = 0.1
/** The longest `Retry-After` that is honoured. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000

/**
 * Returns the milliseconds to wait after failed attempt number `attempt` (from 1); undefined after the last one.
 *
 * @param schedule waits between attempts: one fewer than attempts
 * @param retryAfter milliseconds that the receiver asked for: a lower bound, at most 24 hours
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

/** Parses `Retry-After` (seconds or an HTTP date) to milliseconds; undefined for anything else. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1_000
  // Only text that looks like an HTTP date: Date.parse accepts almost anything.
  const date = /^[A-Z][a-z]{2,8},? \d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
