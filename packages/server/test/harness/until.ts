const INTERVAL_MS = 10
// Long enough for a machine that does ten other things; it costs time only where a test fails anyway.
const LIMIT_MS = 90_000

/** For tests that do much; it costs time only where one fails anyway. */
export const LONG = { timeout: 600_000 }

/** Asks again until there is an answer other than undefined, null or false; fails naming what it waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  limitMs = LIMIT_MS,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer !== undefined && answer !== null && answer !== false) return answer
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS))
  }
  throw new Error(`waited ${limitMs / 1_000} s in vain for: ${what}`)
}
