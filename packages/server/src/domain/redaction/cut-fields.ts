import { phrase } from '../messages/phrase.ts'

/** Fields to cut, by name; `true`: the whole value. */
export type Cuts = ReadonlyMap<string, Cuts | true>

/** Deeper than PostgreSQL allows a json value to be. */
const MAX_DEPTH = 100_000

/**
 * Parses the paths of a webhook's `redact`. A field of `data` is cut from `previous` too, which holds its former value.
 */
export function compileCuts(paths: readonly string[]): Cuts {
  const cuts: Tree = new Map()
  for (const path of paths) {
    const [root = '', ...names] = path.split('.')
    for (const part of root === 'data' ? ['data', 'previous'] : [root]) addPath(cuts, [part, ...names])
  }
  return cuts
}

type Tree = Map<string, Tree | true>

function addPath(cuts: Tree, names: readonly string[]): void {
  let tree = cuts
  for (const [index, name] of names.entries()) {
    const known = tree.get(name)
    if (known === true) return
    if (index === names.length - 1) tree.set(name, true)
    else if (known === undefined) {
      const next: Tree = new Map()
      tree.set(name, next)
      tree = next
    } else tree = known
  }
}

/**
 * Returns the JSON text without the fields to cut; in a list, every element is cut. The rest keeps its bytes: numbers, escapes,
 * white space, key order, and duplicate keys. Names are compared after decoding: `"\u0070hone"` is `phone`.
 *
 * @throws Error when the text is not JSON, or is nested deeper than the database allows
 */
export function cutFields(text: string, cuts: Cuts): string {
  const { ranges } = findCuts(text, cuts)
  let kept = ''
  let from = 0
  for (const [start, end] of ranges) {
    kept += text.slice(from, start)
    from = end
  }
  return from === 0 ? text : kept + text.slice(from)
}

/** @returns the ranges to leave out, in order, and the number of steps */
export function findCuts(text: string, cuts: Cuts): { ranges: [number, number][]; steps: number } {
  const scanner = new Scanner(text)
  scanner.run(cuts)
  return scanner
}

interface Frame {
  isObject: boolean
  cuts: Cuts
  /** Whether an element or member has been read. */
  isBegun: boolean
  /** The position of the last comma. */
  comma: number
  hasKept: boolean
  /** Cut members with no kept member before them: the range extends to the next member. */
  leading: [start: number, end: number] | undefined
}

const QUOTE = 34
const COMMA = 44
const COLON = 58
const LIST = 91
const BACKSLASH = 92
const LIST_END = 93
const OBJECT = 123
const OBJECT_END = 125

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

/** Scans the text once, from left to right, and skips values that hold none of the fields. */
class Scanner {
  readonly ranges: [number, number][] = []
  steps = 0
  readonly #text: string
  readonly #frames: Frame[] = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  run(cuts: Cuts): void {
    this.#space()
    this.#value(cuts)
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) this.#next(frame)
    this.#space()
    if (this.#at < this.#text.length) this.#fail()
  }

  #next(frame: Frame): void {
    this.#space()
    if (this.#text.charCodeAt(this.#at) === (frame.isObject ? OBJECT_END : LIST_END)) {
      if (frame.leading !== undefined) this.ranges.push(frame.leading)
      this.#frames.pop()
      this.#at += 1
      return
    }
    if (frame.isBegun) {
      frame.comma = this.#at
      this.#expect(COMMA)
    }
    frame.isBegun = true
    if (frame.isObject) this.#member(frame)
    else this.#value(frame.cuts)
  }

  #member(frame: Frame): void {
    const start = this.#at
    const name = this.#name()
    this.#space()
    this.#expect(COLON)
    const cut = frame.cuts.get(name)
    if (cut !== true) {
      // Up to the name, so that no comma remains before it.
      if (frame.leading !== undefined) this.ranges.push([frame.leading[0], start])
      frame.leading = undefined
      frame.hasKept = true
      this.#value(cut)
      return
    }
    this.#value(undefined)
    if (frame.hasKept) this.ranges.push([frame.comma, this.#at])
    else frame.leading = [frame.leading?.[0] ?? start, this.#at]
  }

  /** Enters an object or a list in which a field may be cut; skips any other value. */
  #value(cuts: Cuts | undefined): void {
    this.#space()
    const code = this.#text.charCodeAt(this.#at)
    const isContainer = code === OBJECT || code === LIST
    if (!isContainer || cuts === undefined) {
      if (isContainer) this.#skipContainer()
      else if (code === QUOTE) this.#skipString()
      else this.#skipPlain()
      return
    }
    if (this.#frames.length >= MAX_DEPTH) throw new Error(phrase('body.deep', { count: MAX_DEPTH }))
    const isObject = code === OBJECT
    this.#frames.push({ isObject, cuts, isBegun: false, comma: 0, hasKept: false, leading: undefined })
    this.#at += 1
    this.#space()
  }

  #name(): string {
    const start = this.#at
    if (this.#text.charCodeAt(start) !== QUOTE) this.#fail()
    const isEscaped = this.#skipString()
    return isEscaped
      ? (JSON.parse(this.#text.slice(start, this.#at)) as string)
      : this.#text.slice(start + 1, this.#at - 1)
  }

  /** @returns whether the string has escapes */
  #skipString(): boolean {
    const text = this.#text
    let isEscaped = false
    let at = this.#at + 1
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (Number.isNaN(code)) this.#fail()
      if (code === BACKSLASH) isEscaped = true
      at += code === BACKSLASH ? 2 : 1
    }
    this.#moveTo(at + 1)
    return isEscaped
  }

  #skipContainer(): void {
    let depth = 0
    do {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) this.#fail()
      if (code === QUOTE) {
        this.#skipString()
        continue
      }
      if (code === OBJECT || code === LIST) depth += 1
      if (code === OBJECT_END || code === LIST_END) depth -= 1
      this.#moveTo(this.#at + 1)
    } while (depth > 0)
  }

  /** A number, true, false or null. */
  #skipPlain(): void {
    let at = this.#at
    for (let code = this.#text.charCodeAt(at); isPlain(code); code = this.#text.charCodeAt(at)) at += 1
    if (at === this.#at) this.#fail()
    this.#moveTo(at)
  }

  #space(): void {
    let at = this.#at
    while (isSpace(this.#text.charCodeAt(at))) at += 1
    this.#moveTo(at)
  }

  #expect(code: number): void {
    if (this.#text.charCodeAt(this.#at) !== code) this.#fail()
    this.#moveTo(this.#at + 1)
    this.#space()
  }

  #moveTo(at: number): void {
    this.steps += at - this.#at + 1
    this.#at = at
  }

  #fail(): never {
    throw new Error(phrase('body.notJson', { position: this.#at + 1 }))
  }
}

const isPlain = (code: number): boolean =>
  !Number.isNaN(code) && code !== COMMA && code !== OBJECT_END && code !== LIST_END && !isSpace(code)
