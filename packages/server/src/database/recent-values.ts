import type { Clock } from '../domain/clock.ts'
import { createLru } from '../domain/lru.ts'
import { within } from '../loops/loop.ts'

const MAX_ENTRIES = 10_000
/** A lookup that takes longer counts as one that the database does not answer. */
const ANSWER_TIMEOUT_MS = 1_000
/** Between two lookups of one value while the database does not answer. */
const PROBE_INTERVAL_MS = 1_000

export interface RecentValuesOptions<Value> {
  /** Resolves to undefined for what does not exist, which is not remembered. */
  lookUp(key: string): Promise<Value | undefined>
  clock: Clock
  /** How old a value may be while the database answers. */
  freshMs: number
  /** How old a value may be while the database does not answer. */
  keptMs: number
}

export interface RecentValues<Value> {
  find(key: string): Promise<Value | undefined>
  /** The next `find` of the key looks it up. */
  forget(key: string): void
}

interface Known<Value> {
  value: Value
  /** When its lookup began. */
  at: number
  probedAt: number
}

/**
 * Looks values up in the database and remembers them: for a short time, so that frequent requests do not wait for the database, and
 * for longer while it does not answer. A value that is asked for often is looked up in the background before it gets too old.
 */
export function createRecentValues<Value extends object>(
  options: RecentValuesOptions<Value>,
): RecentValues<Value> {
  const { clock, freshMs, keptMs } = options
  const known = createLru<string, Known<Value>>(MAX_ENTRIES)
  const running = new Map<string, Promise<Value | undefined>>()
  let isAnswering = true
  /** Lookups from before the last `forget` are not remembered. */
  let generation = 0

  async function lookUp(key: string): Promise<Value | undefined> {
    const [at, begun] = [clock.now(), generation]
    const value = await options.lookUp(key)
    isAnswering = true
    if (begun !== generation) return value
    if (value === undefined) known.delete(key)
    else known.set(key, { value, at, probedAt: at })
    return value
  }

  function lookUpOnce(key: string): Promise<Value | undefined> {
    const started =
      running.get(key) ??
      lookUp(key).finally(() => {
        if (running.get(key) === started) running.delete(key)
      })
    running.set(key, started)
    return started
  }

  function lookUpInBackground(key: string, entry: Known<Value>): void {
    if (running.has(key) || clock.now() - entry.probedAt < Math.min(PROBE_INTERVAL_MS, freshMs / 2)) return
    entry.probedAt = clock.now()
    // Whoever needs the value meets the error when it is too old.
    lookUpOnce(key).catch(() => {})
  }

  /** Waits for the lookup, and takes the known value if there is no answer. */
  async function refresh(key: string, entry: Known<Value>): Promise<Value | undefined> {
    const asked = lookUpOnce(key).then((value) => ({ value }))
    const answer = await within(ANSWER_TIMEOUT_MS, asked).catch(() => undefined)
    if (answer !== undefined) return answer.value
    isAnswering = false
    entry.probedAt = clock.now()
    return entry.value
  }

  return {
    async find(key) {
      const entry = known.get(key)
      const age = entry === undefined ? Number.POSITIVE_INFINITY : clock.now() - entry.at
      if (entry === undefined || age >= keptMs) return await lookUpOnce(key)
      if (age >= freshMs && isAnswering) return await refresh(key, entry)
      if (age >= freshMs / 2) lookUpInBackground(key, entry)
      return entry.value
    },
    forget(key) {
      generation += 1
      known.delete(key)
      running.delete(key)
    },
  }
}
