/** ±10 %: deliveries that failed together do not retry together. */
const JITTER = 0.1
/** Deliveries that were told the same `Retry-After` return spread over a tenth of it after its end, within these limits. */
const RETRY_AFTER_SPREAD = 0.1
const MIN_SPREAD_MS = 1_000
const MAX_SPREAD_MS = 60_000
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
  retryAfter = 0,
  random: () => number = Math.random,
): number | undefined {
  const wait = schedule[attempt - 1]
  if (wait === undefined) return undefined
  const jittered = Math.round(wait * (1 - JITTER + 2 * JITTER * random()))
  return Math.max(jittered, Math.min(retryAfter + spread(retryAfter, random), MAX_RETRY_AFTER_MS))
}

function spread(retryAfter: number, random: () => number): number {
  if (retryAfter === 0) return 0
  const range = Math.min(Math.max(retryAfter * RETRY_AFTER_SPREAD, MIN_SPREAD_MS), MAX_SPREAD_MS)
  return Math.round(range * random())
}
