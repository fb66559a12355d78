import { isDatabaseError } from './database.ts'

/**
 * SQLSTATEs which mean that the input can never be processed: cardinality (21), data (22), constraints (23, 44),
 * functions and triggers (2F, 38, 39, P0), program limits (54), an unreadable row (XX001).
 *
 * All others may pass or are not specific to the input: the database is unreachable or overloaded, locks, deadlocks and
 * serialization, privileges, a schema that is being changed.
 */
const INPUT_ERROR_STATES = /^(?:2[123F]|3[89]|44|54|P0|XX001)/

/** Tests if the input caused the failure. Other failures are retried with the whole input. */
export function isInputFault(thrown: unknown): boolean {
  if (isDatabaseError(thrown)) return INPUT_ERROR_STATES.test(thrown.code)
  // A bug of ours that this input reveals. For lost connections the drivers throw a plain Error.
  return thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError
}

const QUERY_CANCELED = '57014'

/** Tests if a statement exceeded its timeout: because of a row, or because the database is overloaded. */
export function isTimeout(thrown: unknown): boolean {
  return isDatabaseError(thrown) && thrown.code === QUERY_CANCELED
}

/**
 * Tests if the handling of a culprit failed because of that culprit. A culprit that was found by a timeout may time out
 * here too.
 *
 * @param cause the error that made it a culprit
 */
export function isRefusal(thrown: unknown, cause: unknown): boolean {
  return isInputFault(thrown) || (isTimeout(cause) && isTimeout(thrown))
}

/**
 * Runs `work` with all items. When one of them makes it fail, runs it with halves until each culprit is isolated.
 *
 * @param onCulprit called with each item that fails alone
 * @throws failures that no item causes; work completed before that stays
 */
export async function runInHalves<T>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<void>,
  onCulprit: (item: T, error: unknown) => Promise<void>,
): Promise<void> {
  const [only] = items
  if (only === undefined) return
  try {
    await work(items)
  } catch (error) {
    if (!isInputFault(error)) throw error
    if (items.length === 1) return await onCulprit(only, error)
    const middle = Math.ceil(items.length / 2)
    await runInHalves(items.slice(0, middle), work, onCulprit)
    await runInHalves(items.slice(middle), work, onCulprit)
  }
}
