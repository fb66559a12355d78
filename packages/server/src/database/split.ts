import { inHalves, isInputFault, isTimeout } from './input-fault.ts'

/** How often in a row a batch must have taken too long before one of its rows is looked for that does. */
const TIMEOUTS_BEFORE_A_LOOK = 2
/** Parts that take too long one after the other, and none in time: it is the database. */
const MAX_TIMEOUTS_IN_A_ROW = 4

/** Decides for one kind of batch, over its runs, whether a failure is to be looked into. */
export interface Splitter {
  /**
   * Does `whole`. Where that fails because of what is in it, or takes too long for the second time in a row, `apart` is done in its
   * place; every other failure is thrown.
   */
  attempt<R>(whole: () => Promise<R>, apart: (error: unknown) => Promise<R>): Promise<R>
}

export function createSplitter(): Splitter {
  let timeouts = 0
  return {
    async attempt(whole, apart) {
      try {
        const result = await whole()
        timeouts = 0
        return result
      } catch (error) {
        if (isTimeout(error)) timeouts += 1
        else if (!isInputFault(error)) throw error
        if (isTimeout(error) && timeouts < TIMEOUTS_BEFORE_A_LOOK) throw error
        // Also where nothing comes of it: an overloaded database is asked for the whole again before it is asked for parts.
        timeouts = 0
        return await apart(error)
      }
    },
  }
}

/** How many rows to try after so many have failed: half, or far fewer where each failure costs the whole timeout. */
export function fewer(size: number, error: unknown): number {
  return isTimeout(error) ? (size > 4 ? Math.ceil(Math.sqrt(size)) : 1) : Math.ceil(size / 2)
}

type Work<T> = (items: readonly T[]) => Promise<void>
type OnCulprit<T> = (item: T, error: unknown) => Promise<void>

/**
 * Does in parts what failed as a whole, so that only what is to blame is left out.
 *
 * @param error with which the whole failed: it, or that it took too long, decides how
 * @throws what nobody is to blame for; what was done until then stays done
 */
export async function splitUp<T>(
  items: readonly T[],
  error: unknown,
  work: Work<T>,
  onCulprit: OnCulprit<T>,
): Promise<void> {
  if (isTimeout(error)) await splitByTime(items, error, work, onCulprit)
  else await inHalves(items, work, onCulprit)
}

/**
 * Every statement that takes too long costs the whole timeout, so there are few of them: about √n parts, then the rows of those that
 * took too long. A row is to blame only if it alone took too long twice while others were done in time. Where nothing is,
 * the database is overloaded: it is asked for a handful of parts and then left alone.
 */
async function splitByTime<T>(
  items: readonly T[],
  error: unknown,
  work: Work<T>,
  onCulprit: OnCulprit<T>,
): Promise<void> {
  const parts = await inTime(chunk(items, Math.ceil(Math.sqrt(items.length))), work, onCulprit)
  const rows = await inTime(
    parts.slow.flatMap((part) => part.map((item) => [item])),
    work,
    onCulprit,
  )
  if (!parts.isAnyDone && !rows.isAnyDone) throw error
  const again = await inTime(rows.slow, work, onCulprit, rows.slow.length)
  for (const [item] of again.slow) if (item !== undefined) await onCulprit(item, error)
}

/** @returns the parts that took too long, and whether any did not */
async function inTime<T>(
  parts: readonly (readonly T[])[],
  work: Work<T>,
  onCulprit: OnCulprit<T>,
  patience = MAX_TIMEOUTS_IN_A_ROW,
): Promise<{ slow: (readonly T[])[]; isAnyDone: boolean }> {
  const slow: (readonly T[])[] = []
  let isAnyDone = false
  let inARow = 0
  // In another order each time: what stands first does not use up the patience again and again.
  for (const part of shuffled(parts)) {
    if (inARow >= patience) break
    try {
      await inHalves(part, work, onCulprit)
      isAnyDone = true
      inARow = 0
    } catch (error) {
      if (!isTimeout(error)) throw error
      slow.push(part)
      inARow += 1
    }
  }
  return { slow, isAnyDone }
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / Math.max(1, size))
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
