/** Maximum length of one reason, which may quote the provider. */
const MAX_REASON_LENGTH = 200
const MAX_REASONS = 9

/**
 * Collects why parts of a payload were not understood, each reason once. Only the first reasons are kept: a payload can
 * have tens of thousands.
 */
export class Reasons {
  readonly #told: Set<string>
  #untold: number

  constructor({ told, untold }: ReasonsState = { told: [], untold: 0 }) {
    this.#told = new Set(told)
    this.#untold = untold
  }

  add(reason: string): void {
    const short = reason.slice(0, MAX_REASON_LENGTH)
    if (this.#told.has(short)) return
    if (this.#told.size < MAX_REASONS) this.#told.add(short)
    else this.#untold += 1
  }

  get state(): ReasonsState {
    return { told: [...this.#told], untold: this.#untold }
  }

  /** Undefined if everything was understood. */
  toText(): string | undefined {
    if (this.#told.size === 0) return undefined
    const rest = this.#untold === 0 ? [] : [`and ${this.#untold} more like these`]
    return [...this.#told, ...rest].join('; ')
  }
}

/** As stored between two batches of one payload. */
export interface ReasonsState {
  told: string[]
  untold: number
}
