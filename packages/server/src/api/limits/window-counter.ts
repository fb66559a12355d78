import type { Clock } from '../../domain/clock.ts'

const WINDOW_MS = 60_000
/** Beyond so many it forgets, the oldest first: memory stays bounded whoever asks. */
const MAX_COUNTED_NAMES = 20_000

/** How one counted by `name` stands in its minute. */
export interface Standing {
  limit: number
  remaining: number
  /** Seconds until the minute ends, at least 1. */
  reset: number
  isOver: boolean
}

interface Window {
  count: number
  endsAt: number
}

/** Counts by name, each in minutes of its own that begin with its first count. In memory: for this process. */
export class WindowCounter {
  readonly #limit: number
  readonly #clock: Clock
  readonly #windows = new Map<string, Window>()

  constructor(limit: number, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  /** One more. `isOver` says that it is one too many. */
  count(name: string): Standing {
    const window = this.#find(name) ?? this.#start(name)
    window.count += 1
    return this.#describe(window)
  }

  /** Counts nothing. `isOver` says that there have been more than the limit. */
  look(name: string): Standing {
    return this.#describe(this.#find(name) ?? { count: 0, endsAt: this.#clock.now() + WINDOW_MS })
  }

  #describe({ count, endsAt }: Window): Standing {
    return {
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - count),
      reset: Math.max(1, Math.ceil((endsAt - this.#clock.now()) / 1_000)),
      isOver: count > this.#limit,
    }
  }

  #find(name: string): Window | undefined {
    const window = this.#windows.get(name)
    return window !== undefined && window.endsAt > this.#clock.now() ? window : undefined
  }

  #start(name: string): Window {
    // Deleted first, so that the map's order is that of the windows' beginnings.
    this.#windows.delete(name)
    if (this.#windows.size >= MAX_COUNTED_NAMES) this.#windows.delete(this.#windows.keys().next().value!)
    const window = { count: 0, endsAt: this.#clock.now() + WINDOW_MS }
    this.#windows.set(name, window)
    return window
  }
}
