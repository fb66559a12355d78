import { stripVTControlCharacters, styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** In colour where a person looks at it, and does not say otherwise. */
export function paint(style: Style, text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR']
    ? styleText(style, text, { validateStream: false })
    : text
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** One value as a program reads it: a line of its own. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** A word of ours in its colour. Plain strings may be anybody's. */
export class Word {
  readonly #text: string
  constructor(style: Style, text: string) {
    this.#text = paint(style, text)
  }
  toString(): string {
    return this.#text
  }
}

export type Cell = string | Word

const GAP = '  '
/** Of a terminal that does not say. */
const USUAL_WIDTH = 80

/**
 * Rows as columns. On a terminal the last column is cut to its width; in a pipe everything is there.
 * @param headings as many as each row has cells
 */
export function printTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const cells = [
    headings.map((heading) => paint('dim', heading)),
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? toLine(cell) : String(cell)))),
  ]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ''))))
  const most = process.stdout.isTTY ? process.stdout.columns || USUAL_WIDTH : Number.POSITIVE_INFINITY
  for (const row of cells) {
    const start = row
      .slice(0, -1)
      .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell)) + GAP)
      .join('')
    print((start + cut(row.at(-1) ?? '', most - width(start))).trimEnd())
  }
}

/** Counted as the terminal shows it. */
function width(text: string): number {
  return stripVTControlCharacters(text).length
}

function cut(text: string, most: number): string {
  return width(text) <= most ? text : `${stripVTControlCharacters(text).slice(0, Math.max(0, most - 1))}…`
}

/** What others wrote stays on its line and cannot drive the terminal. */
export function toLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ' ')
}

/** `2025-01-15 10:30:00`, in the zone of whoever looks. */
export function showTime(iso: string | null | undefined): string {
  if (!iso) return '-'
  const time = new Date(iso)
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

export function showStatus(status: string): Word {
  if (['success', 'delivered', 'healthy'].includes(status)) return new Word('green', status)
  return new Word(['failed', 'held', 'cancelled'].includes(status) ? 'red' : 'yellow', status)
}
