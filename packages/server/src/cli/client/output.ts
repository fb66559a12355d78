import { stripVTControlCharacters, styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Adds colour on a terminal, unless the user has disabled it. */
export function paint(style: Style, text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR']
    ? styleText(style, text, { validateStream: false })
    : text
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints one value as a line of JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** A word of ours, with a colour. Plain strings may come from anywhere. */
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
/** For a terminal that does not report its width. */
const USUAL_WIDTH = 80

/**
 * Prints rows as columns. On a terminal, the last column is cut to the remaining width; in a pipe, everything is
 * printed.
 * @param headings as many as each row has cells
 */
export function printTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const cells = [
    headings.map((heading) => paint('dim', heading)),
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? escapeLine(cell) : String(cell)))),
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

/** Width in terminal columns. */
function width(text: string): number {
  return stripVTControlCharacters(text).length
}

function cut(text: string, most: number): string {
  return width(text) <= most ? text : `${stripVTControlCharacters(text).slice(0, Math.max(0, most - 1))}…`
}

/** Escapes foreign text so that it stays on its line and cannot control the terminal. */
export function escapeLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ' ')
}

/** Formats `2025-01-15 10:30:00` in the user's time zone. */
export function formatTime(iso: string | null | undefined): string {
  if (!iso) return '-'
  const time = new Date(iso)
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

export function showStatus(status: string): Word {
  if (['success', 'delivered', 'healthy', 'sent'].includes(status)) return new Word('green', status)
  return new Word(['failed', 'held', 'cancelled', 'refused'].includes(status) ? 'red' : 'yellow', status)
}
