import type { Clock } from '../../domain/clock.ts'
import { createLru } from '../../domain/lru.ts'
import type { Tally } from './shared-counts.ts'

const WINDOW_MS = 60_000
/** Beyond this, the names seen longest ago are forgotten, which bounds the memory. */
const MAX_COUNTED_NAMES = 20_000

/** The state of one name in its current minute. */
export interface RateLimitStatus {
  limit: number
  remaining: number
  /** Seconds until the minute ends, at least 1. */
  reset: number
  exceeded: boolean
}

interface Window {
  count: number
  endsAt: number
}

/** Counts by name, each in minutes that begin with its first count. In memory; workers of one node share their counts. */
export class WindowCounter {
  readonly #limit: number
  readonly #clock: Clock
  readonly #tally: Tally | undefined
  readonly #windows = createLru<string, Window>(MAX_COUNTED_NAMES)

  /** @param tally shares the counts with the other workers of this node; undefined without any */
  constructor(limit: number, clock: Clock, tally?: Tally) {
    this.#limit = limit
    this.#clock = clock
    this.#tally = tally
    tally?.receive(({ name, count, endsAt }) => {
      const window = this.#find(name)
      if (window !== undefined) window.count += count
      else if (endsAt > clock.now()) this.#windows.set(name, { count, endsAt })
    })
  }

  /** Counts one more. `exceeded` is true if it exceeds the limit. */
  count(name: string): RateLimitStatus {
    const window = this.#find(name) ?? this.#start(name)
    window.count += 1
    this.#tally?.add(name, window.endsAt)
    return this.#toStatus(window)
  }

  /** Reads the state without counting. `exceeded` is true if the limit has been exceeded. */
  peek(name: string): RateLimitStatus {
    return this.#toStatus(this.#find(name) ?? { count: 0, endsAt: this.#clock.now() + WINDOW_MS })
  }

  #toStatus({ count, endsAt }: Window): RateLimitStatus {
    return {
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - count),
      reset: Math.max(1, Math.ceil((endsAt - this.#clock.now()) / 1_000)),
      exceeded: count > this.#limit,
    }
  }

  #find(name: string): Window | undefined {
    const window = this.#windows.get(name)
    return window !== undefined && window.endsAt > this.#clock.now() ? window : undefined
  }

  #start(name: string): Window {
    const window = { count: 0, endsAt: this.#clock.now() + WINDOW_MS }
    this.#windows.set(name, window)
    return window
  }
}
