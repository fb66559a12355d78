import type { Clock } from '../domain/clock.ts'

const PUT_OFF_MS = 60_000
const MAX_ROWS = 1_000

/** Rows that can neither be processed nor ended, and are skipped for a while. */
export interface PutOff<K> {
  add(key: K): void
  keys(): K[]
}

/** Without it, rows that the database refuses in every way would be tried again in each batch. */
export function createPutOff<K>(clock: Clock): PutOff<K> {
  const until = new Map<K, number>()
  return {
    add(key) {
      if (until.size >= MAX_ROWS) until.clear()
      until.set(key, clock.now() + PUT_OFF_MS)
    },
    keys() {
      const now = clock.now()
      for (const [key, end] of until) if (end <= now) until.delete(key)
      return [...until.keys()]
    },
  }
}
