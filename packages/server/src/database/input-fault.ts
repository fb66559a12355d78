import { isDatabaseError } from './database.ts'

/**
 * SQLSTATEs that say that the input cannot be processed, and never will be: more or fewer rows than one (21), values (22),
 * constraints (23, 44), functions and triggers (2F, 38, 39, P0), program limits (54), a row that cannot be read (XX001).
 *
 * All others may pass or are everybody's: the database is away or overloaded, locks, deadlocks and serialization, rights, a
 * schema that is being changed.
 */
const OF_INPUT = /^(?:2[123F]|3[89]|44|54|P0|XX001)/

/** Whether it failed because of what it was given. A failure for which nobody is to blame is tried again, with all that it was about. */
export function isInputFault(thrown: unknown): boolean {
  if (isDatabaseError(thrown)) return OF_INPUT.test(thrown.code)
  // A defect of ours that this input brings to light. What the drivers throw for lost connections is a plain Error.
  return thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError
}

const QUERY_CANCELED = '57014'

/** Whether a statement took longer than it may: because of a row, or because the database has too much to do. */
export function isTimeout(thrown: unknown): boolean {
  return isDatabaseError(thrown) && thrown.code === QUERY_CANCELED
}

/**
 * Whether what is done about a culprit fails because of that culprit. One that has been found by its time is so also where that takes
 * too long.
 *
 * @param cause why it is a culprit
 */
export function isRefusal(thrown: unknown, cause: unknown): boolean {
  return isInputFault(thrown) || (isTimeout(cause) && isTimeout(thrown))
}

/**
 * Runs `work` with all items. Where that fails because of one of them it is run with halves, until each culprit is alone.
 *
 * @param onCulprit given an item with which alone it failed
 * @throws what nobody is to blame for; what was done until then stays done
 */
export async function inHalves<T>(
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
    await inHalves(items.slice(0, middle), work, onCulprit)
    await inHalves(items.slice(middle), work, onCulprit)
  }
}
