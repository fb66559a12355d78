interface Waiting {
  bytes: number
  enter: () => void
}

/** A bound for messages that are under way, by number and by bytes: the others wait in turn. */
export class Room {
  readonly #maxCount: number
  readonly #maxBytes: number
  #count = 0
  #bytes = 0
  #waiting: Waiting[] = []

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount
    this.#maxBytes = maxBytes
  }

  /** How many wait to enter. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** @returns false when there was no room within `maxMs` */
  async enter(bytes: number, maxMs: number): Promise<boolean> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#take(bytes)
      return true
    }
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting)
        resolve(false)
      }, maxMs)
      const waiting = { bytes, enter: () => (clearTimeout(timer), resolve(true)) }
      this.#waiting.push(waiting)
    })
  }

  leave(bytes: number): void {
    this.#count -= 1
    this.#bytes -= bytes
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#take(next.bytes)
      next.enter()
    }
  }

  /** A single one always fits, however large. */
  #fits(bytes: number): boolean {
    return this.#count === 0 || (this.#count < this.#maxCount && this.#bytes + bytes <= this.#maxBytes)
  }

  #take(bytes: number): void {
    this.#count += 1
    this.#bytes += bytes
  }
}
