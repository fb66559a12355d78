/** Long enough to say something, short enough that a burst of events is not over by then. */
const WINDOW_MS = 200

/** How fast an endpoint lately took deliveries: known after the first window, and of the last whole one from then on. */
export class EndpointPace {
  #since: number
  #finished = 0
  #perMs = 0

  constructor(now: number) {
    this.#since = now
  }

  /** Counts a request that has ended, whatever came of it. */
  finish(now: number): void {
    this.#finished += 1
    this.#look(now)
  }

  /** Deliveries that it takes in so many milliseconds if it goes on like this. */
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
