import type { Clock } from '../domain/clock.ts'

/** The progress of a background loop. Times are Unix milliseconds; null: not yet. */
export interface LoopState {
  lastSuccessAt: number | null
  /** Failed runs since the last success. */
  failures: number
  /** When the current run began; null: none is under way. */
  runningSince: number | null
}

/** Tracks the background loops of this process. */
export interface LoopWatch {
  began(name: string): void
  ended(name: string, hasSucceeded: boolean): void
  /** By name, in the order of their start. */
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
