const TICK_MS = 500
/** A timer that is late by less is a busy event loop. */
const MAX_GAP_MS = 2_500

/**
 * Notices that this process stood still (stopped by a signal, or its machine was), so that what it believed before must be verified:
 * others may have taken over its work.
 */
export class Vigil {
  #seenAt = performance.now()
  #gaps = 0
  readonly #timer = setInterval(() => this.gaps, TICK_MS)

  /** How often the process stood still so far. */
  get gaps(): number {
    const now = performance.now()
    if (now - this.#seenAt > MAX_GAP_MS) this.#gaps += 1
    this.#seenAt = now
    return this.#gaps
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
