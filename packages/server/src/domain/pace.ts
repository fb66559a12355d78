/** Long enough to measure, shorter than a burst of events. */
const WINDOW_MS = 200

/** How fast something finishes: known after the first window, and then that of the last whole window. */
export class Pace {
  #since: number
  #finished = 0
  #perMs = 0

  constructor(now: number) {
    this.#since = now
  }

  /** Counts what has finished, whatever its outcome. */
  finish(now: number, count = 1): void {
    this.#finished += count
    this.#look(now)
  }

  /** Returns how many finish in this many milliseconds at the current pace. */
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
