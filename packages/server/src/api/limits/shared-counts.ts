/** What one worker counted under one name since it last told the others. */
export interface SharedCount {
  name: string
  count: number
  /** The end of the minute that it is counted in, as Unix milliseconds. */
  endsAt: number
}

/** The part of one counter, such as `requests`. */
export interface Tally {
  /** Counts one more, which the other workers receive a moment later. */
  add(name: string, endsAt: number): void
  /** Calls `onCount` for what other workers counted. */
  receive(onCount: (count: SharedCount) => void): void
}

/** Counts that the workers of one node share, so that a limit holds for the node however requests are spread. */
export interface SharedCounts {
  /** @param counter the same name in all workers */
  tally(counter: string): Tally
}

/** Counts of several counters, by name. */
export type CountsByCounter = Readonly<Record<string, readonly SharedCount[]>>

const FLUSH_INTERVAL_MS = 100
/** Callers from many addresses must not fill the memory between two flushes. */
const MAX_PENDING_NAMES = 5_000

/**
 * Collects counts and passes them on in batches: a message per request would cost more than the request's own count.
 * @param send passes counts to all other workers
 */
export function createSharedCounts(send: (counts: CountsByCounter) => void): SharedCounts & {
  /** Takes counts of another worker. */
  receive(counts: CountsByCounter): void
} {
  const pending = new Map<string, Map<string, SharedCount>>()
  const receivers = new Map<string, (count: SharedCount) => void>()
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    send(Object.fromEntries([...pending].map(([counter, counts]) => [counter, [...counts.values()]])))
    pending.clear()
  }

  return {
    tally: (counter) => ({
      add(name, endsAt) {
        const counts = pending.get(counter) ?? new Map<string, SharedCount>()
        pending.set(counter, counts)
        const known = counts.get(name)
        if (known?.endsAt === endsAt) known.count += 1
        else counts.set(name, { name, count: 1, endsAt })
        if (counts.size >= MAX_PENDING_NAMES) flush()
        else timer ??= setTimeout(flush, FLUSH_INTERVAL_MS).unref()
      },
      receive: (onCount) => void receivers.set(counter, onCount),
    }),
    receive(counts) {
      for (const [counter, list] of Object.entries(counts)) {
        for (const count of list) receivers.get(counter)?.(count)
      }
    },
  }
}
