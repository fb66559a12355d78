import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'

const MAX_PATTERN_LENGTH = 200
/** The size with repetitions written out: `(ab){3}` counts 6. */
const MAX_PATTERN_SIZE = 100
const MAX_GROUP_DEPTH = 20
const ESCAPES = new Set('dDwWsSmMyYAZnrtfv')

/** The quantifiers of an atom; the groups capture the bounds, which determine how often it is written out. */
const QUANTIFIER = /^(?:[*?]|\+|\{(\d{1,3})(?:(,)(\d{0,3}))?\})\??/

/**
 * Refuses a regular expression whose matching may take more than linear time. PostgreSQL matches without backtracking,
 * so only these are expensive: back references, look-arounds, and nested repetitions, which it writes out. Options that
 * switch to another syntax are refused too, because the rest would then have another meaning.
 *
 * @throws ApiError 400
 */
export function requireSafePattern(pattern: string): void {
  if (pattern.length > MAX_PATTERN_LENGTH) refuse(`has ${pattern.length} characters`)
  const reader = new PatternReader(pattern)
  const size = reader.readAlternatives(0)
  if (!reader.isAtEnd) refuse(`has a ")" without a "(" ${reader.place}`)
  if (size > MAX_PATTERN_SIZE) refuse(`has a size of ${size} with its repetitions expanded`)
}

class PatternReader {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#text.length
  }

  get place(): string {
    return `at character ${this.#position + 1}`
  }

  /** @returns the size of the alternatives, up to the end or a closing parenthesis */
  readAlternatives(depth: number): number {
    let size = 0
    while (!this.isAtEnd && this.#next !== ')') {
      if (this.#accept('|')) continue
      size += this.#readAtom(depth) * this.#readRepetitions()
    }
    return size
  }

  get #next(): string {
    return this.#text[this.#position] ?? ''
  }

  #accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#position)) return false
    this.#position += token.length
    return true
  }

  #readAtom(depth: number): number {
    if (this.#next === '(') return this.#readGroup(depth)
    if (this.#next === '[') this.#readBrackets()
    else if (this.#next === '\\') this.#readEscape()
    else if ('*+?'.includes(this.#next)) refuse(`has nothing to repeat ${this.place}`)
    else this.#position += 1
    return 1
  }

  #readGroup(depth: number): number {
    if (depth === MAX_GROUP_DEPTH) refuse(`has groups nested deeper than ${MAX_GROUP_DEPTH} levels`)
    const { place } = this
    this.#position += 1
    if (this.#next === '?' && !this.#accept('?:')) refuse(`has a look-around or an option ${place}`)
    const size = this.readAlternatives(depth + 1)
    if (!this.#accept(')')) refuse(`has a "(" without a ")" ${place}`)
    return Math.max(size, 1)
  }

  #readBrackets(): void {
    const { place } = this
    this.#position += 1
    this.#accept('^')
    // In first position it is an ordinary character.
    this.#accept(']')
    while (!this.#accept(']')) {
      if (this.isAtEnd) refuse(`has a "[" without a "]" ${place}`)
      const [name] = /^\[:[a-z]+:\]/.exec(this.#text.slice(this.#position)) ?? []
      if (name === undefined && /^\[[:.=]/.test(this.#text.slice(this.#position))) {
        refuse(`has a collating element ${this.place}`)
      }
      if (this.#next === '\\') this.#readEscape()
      else this.#position += name?.length ?? 1
    }
  }

  #readEscape(): void {
    const escaped = this.#text[this.#position + 1] ?? ''
    if (/[0-9]/.test(escaped)) refuse(`has a back reference ${this.place}`)
    if (escaped === '' || (/[a-zA-Z]/.test(escaped) && !ESCAPES.has(escaped))) {
      refuse(`has an unsupported escape ${this.place}`)
    }
    this.#position += 2
  }

  #readRepetitions(): number {
    const [whole, from, comma, to] = QUANTIFIER.exec(this.#text.slice(this.#position)) ?? []
    if (whole === undefined) return 1
    this.#position += whole.length
    if ('*+?'.includes(this.#next || ' ') || /^\{\d/.test(this.#text.slice(this.#position))) {
      refuse(`repeats a repetition ${this.place}`)
    }
    if (from === undefined) return whole.startsWith('+') ? 2 : 1
    if (comma === undefined) return Math.max(Number(from), 1)
    return to === undefined || to === '' ? Number(from) + 1 : Math.max(Number(from), Number(to), 1)
  }
}

function refuse(problem: string): never {
  throw new ApiError(400, '54001', verbatim(`match: the pattern ${problem}`), {
    hint: verbatim(
      `With an organization's key, a pattern can have at most ${MAX_PATTERN_LENGTH} characters, and a size of at most ` +
        `${MAX_PATTERN_SIZE} with its repetitions expanded. It can use characters, ., [...], (...), |, *, +, ?, {m,n}, ^, $ and ` +
        '\\d \\w \\s \\m \\M \\y; back references, look-arounds and options are not supported.',
    ),
  })
}
