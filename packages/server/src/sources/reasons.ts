/** Of what a provider writes in any one of them. */
const MAX_REASON_LENGTH = 200
const MAX_REASONS = 9

/** Why parts of a payload were not understood, each told once, and of many only the first: a payload can hold tens of thousands. */
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

  /** Undefined where everything was understood. */
  toText(): string | undefined {
    if (this.#told.size === 0) return undefined
    const rest = this.#untold === 0 ? [] : [`and ${this.#untold} more like these`]
    return [...this.#told, ...rest].join('; ')
  }
}

/** As it is stored between two batches of one payload. */
export interface ReasonsState {
  told: string[]
  untold: number
}
