import { runInHalves, isInputFault, isTimeout } from './input-fault.ts'

/** Timeouts in a row before the batch is searched for a slow row. */
const TIMEOUTS_BEFORE_SEARCH = 2
/** Parts that time out in a row, with none in time, before the database itself is considered slow. */
const MAX_TIMEOUTS_IN_A_ROW = 4

/** Decides for one kind of batch, across its runs, if a failure is investigated. */
export interface Splitter {
  /**
   * Runs `whole`. If it fails because of its input, or times out for the second time in a row, runs `apart` instead;
   * rethrows every other failure.
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
        if (isTimeout(error) && timeouts < TIMEOUTS_BEFORE_SEARCH) throw error
        // Reset even if the search finds nothing: an overloaded database gets the whole batch again before it gets
        // parts.
        timeouts = 0
        return await apart(error)
      }
    },
  }
}

/**
 * Returns how many rows to try after `size` rows failed: half, or far fewer when each failure costs a whole timeout.
 */
export function smallerBatch(size: number, error: unknown): number {
  return isTimeout(error) ? (size > 4 ? Math.ceil(Math.sqrt(size)) : 1) : Math.ceil(size / 2)
}

type Work<T> = (items: readonly T[]) => Promise<void>
type OnCulprit<T> = (item: T, error: unknown) => Promise<void>

/**
 * Processes in parts a batch that failed as a whole, so that only the culprits are left out.
 *
 * @param error the error of the whole batch; a timeout splits differently from other errors
 * @throws failures that no item causes; work completed before that stays
 */
export async function splitUp<T>(
  items: readonly T[],
  error: unknown,
  work: Work<T>,
  onCulprit: OnCulprit<T>,
): Promise<void> {
  if (isTimeout(error)) await splitByTime(items, error, work, onCulprit)
  else await runInHalves(items, work, onCulprit)
}

/**
 * Each slow statement costs a whole timeout, so few statements run: about √n parts, then the rows of the parts that
 * timed out. A row is a culprit only if it timed out twice alone while others finished in time. If none is, the
 * database is overloaded: it is tried with a handful of parts and then left alone.
 */
async function splitByTime<T>(
  items: readonly T[],
  error: unknown,
  work: Work<T>,
  onCulprit: OnCulprit<T>,
): Promise<void> {
  const parts = await runParts(chunk(items, Math.ceil(Math.sqrt(items.length))), work, onCulprit)
  const rows = await runParts(
    parts.slow.flatMap((part) => part.map((item) => [item])),
    work,
    onCulprit,
  )
  if (!parts.isAnyDone && !rows.isAnyDone) throw error
  const again = await runParts(rows.slow, work, onCulprit, rows.slow.length)
  for (const [item] of again.slow) if (item !== undefined) await onCulprit(item, error)
}

/** @returns the parts that timed out, and whether any finished in time */
async function runParts<T>(
  parts: readonly (readonly T[])[],
  work: Work<T>,
  onCulprit: OnCulprit<T>,
  maxTimeouts = MAX_TIMEOUTS_IN_A_ROW,
): Promise<{ slow: (readonly T[])[]; isAnyDone: boolean }> {
  const slow: (readonly T[])[] = []
  let isAnyDone = false
  let inARow = 0
  // In random order: the first part must not use up the allowed timeouts every time.
  for (const part of shuffled(parts)) {
    if (inARow >= maxTimeouts) break
    try {
      await runInHalves(part, work, onCulprit)
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
