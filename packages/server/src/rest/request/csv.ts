import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'

export interface Cell {
  text: string
  isQuoted: boolean
}

/** The cells of a CSV text, line by line, without blank lines. A quoted cell can contain commas, quotes and line breaks. */
export function* readCsv(text: string): Generator<{ line: number; cells: Cell[] }, undefined> {
  const reader = new CsvReader(text)
  while (!reader.isAtEnd) {
    const { line } = reader
    const cells = reader.readLine()
    if (cells.length > 1 || cells[0]!.isQuoted || cells[0]!.text !== '') yield { line, cells }
  }
}

class CsvReader {
  readonly #text: string
  #at: number
  #line = 1

  constructor(text: string) {
    this.#text = text
    // A byte order mark, which spreadsheets write, is not part of the first name.
    this.#at = text.startsWith('\u{feff}') ? 1 : 0
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  get line(): number {
    return this.#line
  }

  readLine(): Cell[] {
    const cells = [this.#readCell()]
    while (this.#accept(',')) cells.push(this.#readCell())
    if (this.#accept('\r\n') || this.#accept('\n') || this.#accept('\r')) this.#line += 1
    else if (!this.isAtEnd) throw refuseCsv(`Line ${this.#line} has a quotation mark inside of a cell.`)
    return cells
  }

  #accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #readCell(): Cell {
    if (this.#accept('"')) return { text: this.#readQuoted(), isQuoted: true }
    const start = this.#at
    while (!this.isAtEnd && !',"\r\n'.includes(this.#text.charAt(this.#at))) this.#at += 1
    return { text: this.#text.slice(start, this.#at), isQuoted: false }
  }

  /** Reads up to the mark that ends the cell: two of them are one of its text. */
  #readQuoted(): string {
    const first = this.#line
    let value = ''
    for (;;) {
      const end = this.#text.indexOf('"', this.#at)
      if (end === -1)
        throw refuseCsv(`The quotation mark that opens a cell in line ${first} is never closed.`)
      const part = this.#text.slice(this.#at, end)
      this.#line += part.split(/\r\n|\n|\r/).length - 1
      value += part
      this.#at = end + 1
      if (!this.#accept('"')) return value
      value += '"'
    }
  }
}

export function refuseCsv(details: string, message = 'Empty or invalid CSV'): ApiError {
  return new ApiError(400, 'PGRST102', verbatim(message), {
    details,
    hint: verbatim(
      'The first line has the names of columns. Quote a cell that contains a comma, a line break or a quotation mark.',
    ),
  })
}
