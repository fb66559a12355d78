/** The source of time for decisions; tests pass one that they control. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** Milliseconds between a machine's clock and the database's above which a warning is logged. */
export const CLOCK_TOLERANCE_MS = 5_000

export const systemClock: Clock = { now: () => Date.now() }
