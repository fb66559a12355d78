import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'

/** A cursor over one piece of the query string. Its errors name the problem and its position. */
export class Scanner {
  readonly #what: string
  readonly #text: string
  readonly #parameter: string | undefined
  #position = 0

  /** `what` names the text in messages: `filter`, `order`; `parameter` the one that it is the value of, if that tells more. */
  constructor(what: string, text: string, parameter?: string) {
    this.#what = what
    this.#text = text
    this.#parameter = parameter
  }

  get position(): number {
    return this.#position
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#text.length
  }

  /** The text from the position on. */
  get rest(): string {
    return this.#text.slice(this.#position)
  }

  /** Returns the character `ahead` positions further; '' past the end. */
  peek(ahead = 0): string {
    return this.#text[this.#position + ahead] ?? ''
  }

  accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#position)) return false
    this.#position += token.length
    return true
  }

  /** Accepts a token with blanks around it, which mean nothing beside punctuation. */
  acceptSpaced(token: string): boolean {
    return (
      this.attempt(() => {
        this.#skipBlanks()
        if (!this.accept(token)) return undefined
        this.#skipBlanks()
        return true
      }) ?? false
    )
  }

  expectSpaced(token: string): void {
    if (!this.acceptSpaced(token)) this.fail(`"${token}"`)
  }

  #skipBlanks(): void {
    this.takeWhile((character) => character === ' ' || character === '\t')
  }

  expect(token: string): void {
    if (!this.accept(token)) this.fail(`"${token}"`)
  }

  expectEnd(expecting: string): void {
    if (!this.isAtEnd) this.fail(expecting)
  }

  takeWhile(belongs: (character: string, next: string) => boolean): string {
    const start = this.#position
    while (!this.isAtEnd && belongs(this.peek(), this.peek(1))) this.#position += 1
    return this.#text.slice(start, this.#position)
  }

  takeRest(): string {
    return this.takeWhile(() => true)
  }

  /** Runs `parse`, and restores the position if it returns undefined. */
  attempt<T>(parse: () => T | undefined): T | undefined {
    const start = this.#position
    const result = parse()
    if (result === undefined) this.#position = start
    return result
  }

  /** Reads a double-quoted string, in which a backslash escapes the next character; undefined if there is none. */
  takeQuoted(): string | undefined {
    return this.attempt(() => {
      if (!this.accept('"')) return undefined
      let value = ''
      while (!this.isAtEnd) {
        if (this.accept('"')) return value
        this.accept('\\')
        value += this.peek()
        this.#position += 1
      }
      return undefined
    })
  }

  fail(expecting: string, position = this.#position): never {
    const found = this.#text[position]
    const unexpected = found === undefined ? 'unexpected end of input' : `unexpected ${JSON.stringify(found)}`
    const place = `(line 1, column ${position + 1})`
    throw new ApiError(
      400,
      'PGRST100',
      verbatim(`"failed to parse ${this.#what} (${this.#text})" ${place}`),
      {
        details: `${unexpected} expecting ${expecting}`,
        ...(this.#parameter === undefined
          ? {}
          : { hint: verbatim(`Correct the value of the parameter ${this.#parameter}.`) }),
      },
    )
  }
}
