import type { Clock } from '../domain/clock.ts'
import { createLru } from '../domain/lru.ts'

/** Shorter statements are never counted, however many there are. */
const FREE_MS = 200
/** With more organizations, the one that was slow longest ago is forgotten. */
const MAX_COUNTED = 10_000

export interface SlowTimeLimits {
  slowBurstMs: number
  /** Milliseconds regained per millisecond. */
  slowShare: number
}

interface Debt {
  ms: number
  at: number
}

/** Tracks how long the database has worked on slow requests of each organization. Used time is regained gradually. */
export class SlowTime {
  readonly #limits: SlowTimeLimits
  readonly #clock: Clock
  readonly #debts = createLru<string, Debt>(MAX_COUNTED)

  constructor(limits: SlowTimeLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  charge(organization: string, ms: number): void {
    if (ms <= FREE_MS) return
    const owed = this.#owedBy(organization) + ms - FREE_MS
    this.#debts.set(organization, { ms: owed, at: this.#clock.now() })
  }

  /** Returns the milliseconds that the organization has to wait; 0 if it may continue. */
  getPauseMs(organization: string): number {
    const excess = this.#owedBy(organization) - this.#limits.slowBurstMs
    return excess <= 0 ? 0 : excess / this.#limits.slowShare
  }

  #owedBy(organization: string): number {
    const debt = this.#debts.get(organization)
    if (debt === undefined) return 0
    return Math.max(0, debt.ms - (this.#clock.now() - debt.at) * this.#limits.slowShare)
  }
}
