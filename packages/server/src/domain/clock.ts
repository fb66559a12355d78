/** The only source of time for code that decides by it, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

/** Milliseconds by which a machine's clock may be off before people are told. */
export const CLOCK_TOLERANCE_MS = 5_000

export const systemClock: Clock = { now: () => Date.now() }
