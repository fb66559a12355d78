import { headersTooLarge } from './invalid-response.ts'

/** `HTTP/1.1 100` */
const STATUS_BYTES = 12
const CONTINUE = /^HTTP\/1\.[01] 100/
const BEGINNING = 'HTTP/1.'
const HEAD_END = Buffer.from('\r\n\r\n')
const EMPTY = Buffer.alloc(0)
const MAX_HELD_BYTES = 16 * 1024

/** The first digit of the status. */
const DIGIT_PLACE = 9
const ONE = 0x31

/** A quick look at the first bytes of a response. */
export function mayBeContinue(chunk: Buffer): boolean {
  return chunk.length < STATUS_BYTES || chunk[DIGIT_PLACE] === ONE
}

/**
 * Takes `100 Continue` away from the beginning of a response: undici takes one that was not asked for as an error, although
 * any server may send it (RFC 9110, 15.2).
 */
export class ContinueSkipper {
  #isPast = false
  #held: Buffer = EMPTY
  readonly #onSkipped: () => void

  /** @param onSkipped is called for each one */
  constructor(onSkipped: () => void) {
    this.#onSkipped = onSkipped
  }

  /**
   * Returns what is left of the bytes, however they are cut.
   * @throws InvalidResponse: its headers are too large
   */
  skip(chunk: Buffer): Buffer {
    if (this.#isPast) return chunk
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    while (bytes.length >= STATUS_BYTES && CONTINUE.test(bytes.toString('latin1', 0, STATUS_BYTES))) {
      const end = bytes.indexOf(HEAD_END)
      if (end < 0) return this.#hold(bytes)
      this.#onSkipped()
      bytes = bytes.subarray(end + HEAD_END.length)
    }
    if (bytes.length < STATUS_BYTES && isBeginning(bytes)) return this.#hold(bytes)
    this.#isPast = true
    return bytes
  }

  #hold(bytes: Buffer): Buffer {
    if (bytes.length > MAX_HELD_BYTES) throw headersTooLarge()
    this.#held = bytes
    return EMPTY
  }
}

/** Whether more bytes could make it a `100 Continue`. */
function isBeginning(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  return text.length <= BEGINNING.length ? BEGINNING.startsWith(text) : text.startsWith(BEGINNING)
}
