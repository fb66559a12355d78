import { verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Relation } from '../schema-cache/schema.ts'
import { parseRows } from './body.ts'
import type { Rows } from './body.ts'
import { chooseBodyType } from './content-negotiation.ts'
import type { Cell } from './csv.ts'
import { readCsv, refuseCsv } from './csv.ts'
import { writeTyped } from './typed-text.ts'

/** A CSV names its columns once, its rows as JSON name them in each. */
const MAX_WRITTEN_LENGTH = 8 * 1024 * 1024

export interface Body {
  text: string
  contentType: string
}

/** Reads the rows of a body: JSON, CSV, or one row as a form. */
export function readRows({ text, contentType }: Body, relation: Relation): Rows {
  const type = chooseBodyType(contentType)
  if (type === 'csv') return parseRows(csvToJson(text, relation))
  return parseRows(type === 'form' ? formToJson(text, relation) : text)
}

function csvToJson(text: string, relation: Relation): string {
  const lines = readCsv(text)
  const header = lines.next().value
  if (header === undefined) throw refuseCsv('The body is empty.')
  const names = header.cells.map((cell) => cell.text)
  requireNames(names)
  const columns = names.map((name) => relation.columns.get(name))
  const keys = names.map((name) => JSON.stringify(name))
  const rows: string[] = []
  let length = 0
  for (const { line, cells } of lines) {
    if (cells.length !== names.length) {
      const details = `Line ${line} has ${cells.length} cells, and the header has ${names.length}.`
      throw refuseCsv(details, 'All lines must have same number of fields')
    }
    const row = `{${keys.map((key, index) => `${key}:${writeCell(cells[index]!, columns[index])}`).join(',')}}`
    length += row.length
    if (length > MAX_WRITTEN_LENGTH) throw refuseSize()
    rows.push(row)
  }
  return `[${rows.join(',')}]`
}

function requireNames(names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (names.includes('')) throw refuseCsv('A column in the first line has no name.')
  if (repeated !== undefined) throw refuseCsv(`The first line names '${repeated}' twice.`)
}

/** As in PostgREST, `NULL` is null. In quotes it is a text. */
const writeCell = ({ text, isQuoted }: Cell, column: Parameters<typeof writeTyped>[1]): string =>
  text === 'NULL' && !isQuoted ? 'null' : writeTyped(text, column)

function formToJson(text: string, relation: Relation): string {
  if (/^\s*[{[]/.test(text)) {
    throw new ApiError(400, 'PGRST102', verbatim('The body looks like JSON and is sent as a form'), {
      hint: verbatim('Send it with the header Content-Type: application/json.'),
    })
  }
  const members = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (members.has(name)) {
      throw new ApiError(400, 'PGRST102', verbatim(`The body has '${name}' twice`), {
        hint: verbatim('A form is one row, with one value for each column.'),
      })
    }
    members.set(name, `${JSON.stringify(name)}:${writeTyped(value, relation.columns.get(name))}`)
  }
  return `{${[...members.values()].join(',')}}`
}

const refuseSize = (): ApiError =>
  new ApiError(
    413,
    '54000',
    verbatim(`the rows have more than ${MAX_WRITTEN_LENGTH / 1024 / 1024} MiB as JSON`),
    {
      hint: verbatim('Send them in several requests.'),
    },
  )
