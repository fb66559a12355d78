/** Long enough to measure, shorter than a burst of events. */
const WINDOW_MS = 200

/** The recent pace of an endpoint: known after the first window, and then that of the last whole window. */
export class EndpointPace {
  #since: number
  #finished = 0
  #perMs = 0

  constructor(now: number) {
    this.#since = now
  }

  /** Counts a finished request, whatever its outcome. */
  finish(now: number): void {
    this.#finished += 1
    this.#look(now)
  }

  /** Returns the deliveries that the endpoint takes in this many milliseconds at its current pace. */
  within(ms: number, now: number): number {
    this.#look(now)
    return Math.floor(this.#perMs * ms)
  }

  #look(now: number): void {
    const elapsed = now - this.#since
    if (elapsed < WINDOW_MS) return
    this.#perMs = this.#finished / elapsed
    this.#finished = 0
    this.#since = now
  }
}
