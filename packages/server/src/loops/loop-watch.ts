import type { Clock } from '../domain/clock.ts'

/** What is known of a background loop; times are milliseconds since the Unix epoch, null where there was none. */
export interface LoopState {
  lastSuccessAt: number | null
  /** Failed runs since the last success. */
  failures: number
  /** Since when the present run is under way. */
  runningSince: number | null
}

/** Notes how the background loops of this process do. */
export interface LoopWatch {
  began(name: string): void
  ended(name: string, hasSucceeded: boolean): void
  /** By name, in the order in which they began. */
  read(): ReadonlyMap<string, LoopState>
}

export function createLoopWatch(clock: Clock): LoopWatch {
  const states = new Map<string, LoopState>()
  const stateOf = (name: string): LoopState => {
    const state = states.get(name) ?? { lastSuccessAt: null, failures: 0, runningSince: null }
    states.set(name, state)
    return state
  }
  return {
    began(name) {
      stateOf(name).runningSince = clock.now()
    },
    ended(name, hasSucceeded) {
      const state = stateOf(name)
      state.runningSince = null
      if (hasSucceeded) {
        state.lastSuccessAt = clock.now()
        state.failures = 0
      } else state.failures += 1
    },
    read: () => states,
  }
}
