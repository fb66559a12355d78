import { RECORD_COLUMNS } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumnsLike } from './column-names.ts'
import type { Guessing } from './guessing.ts'
import { labelColumn, nameOf } from './label-column.ts'
import type { Proposal } from './plain-columns.ts'
import { isJson, isText, jsonKeys, jsonShape, proposePlain } from './plain-columns.ts'
import { isSameTable, isUserTable, referencesOf } from './references.ts'
import { countValues } from './samples.ts'
import { wordsOf } from './words.ts'
import { nameSql } from './write-sql.ts'

const anyColumn = (): boolean => true

/** First and last name: of columns of their own, or of a single one that is split at its first blank. */
export function proposeNames(
  table: CrmTable,
  guessing: Guessing,
): { first_name?: Proposal; last_name?: Proposal } {
  const { first_name, last_name } = RECORD_COLUMNS.contact
  const first = proposePlain('first_name', first_name!, table, anyColumn)
  const last = proposePlain('last_name', last_name!, table, (column) => column.name !== first?.columns[0])
  if (first !== undefined || last !== undefined)
    return { ...(first && { first_name: first }), ...(last && { last_name: last }) }
  const whole = findColumnsLike('full_name', table).find(({ column }) => isText(column))?.column
  return whole === undefined ? {} : splitName(whole, guessing.sample(table))
}

function splitName({ name }: CrmColumn, rows: ReturnType<Guessing['sample']>) {
  const values = countValues(rows, name)
  const split = values.filter(({ value }) => value.trim().includes(' ')).length
  const isCertain = values.length > 0 && split >= values.length / 2
  const column = nameSql(name)
  const proposal = (sql: string): Proposal => ({
    source: { sql },
    columns: [name],
    confidence: isCertain ? 0.85 : 0.72,
    reason: `split at the first blank${isCertain ? ', which most names have' : ''}`,
  })
  return {
    first_name: proposal(`nullif(split_part(btrim(${column}), ' ', 1), '')`),
    last_name: proposal(
      `nullif(btrim(substr(btrim(${column}), length(split_part(btrim(${column}), ' ', 1)) + 1)), '')`,
    ),
  }
}

/** The keys of objects that hold an address or a number. */
const VALUE_KEYS = /^(email|address|number|phone|value|e164|mail|primary)$/

/** An e-mail address or a phone number, also in a list or an object. */
export function proposeReach(
  field: 'email' | 'phone',
  table: CrmTable,
  guessing: Guessing,
): Proposal | undefined {
  const plain = proposePlain(field, RECORD_COLUMNS.contact[field]!, table, isText)
  if (plain !== undefined) return field === 'phone' ? withCallingCode(plain, table) : plain
  const column = findColumnsLike(field, table).find(
    ({ column: one }) => isJson(one) || /^text\[\]|^character varying\[\]/.test(one.type),
  )?.column
  if (column === undefined) return undefined
  if (!isJson(column))
    return {
      source: { sql: `${nameSql(column.name)}[1]` },
      columns: [column.name],
      confidence: 0.85,
      reason: 'the first of a list',
    }
  const shape = jsonShape(guessing.sample(table), column.name)
  const key =
    shape?.keys.find((one) => VALUE_KEYS.test(one.toLowerCase())) ?? (field === 'email' ? 'email' : 'number')
  const path = { 'list of objects': `0.${key}`, 'list of texts': '0', object: key, text: undefined }[
    shape?.kind ?? 'list of objects'
  ]
  return {
    source: path === undefined ? column.name : { column: column.name, json: path },
    columns: [column.name],
    confidence: shape === undefined ? 0.6 : 0.9,
    reason:
      shape === undefined
        ? 'JSON, of which no value could be seen'
        : `JSON: ${shape.kind}${shape.keys.length > 0 ? ` with ${shape.keys.join(', ')}` : ''}`,
  }
}

/** A calling code in a column of its own, of the same composite field. */
function withCallingCode(plain: Proposal, table: CrmTable): Proposal {
  const number = plain.columns[0]!
  const code = table.columns.find(
    (column) =>
      isText(column) && /\b(calling code|dial code|dialing code)$/.test(wordsOf(column.name).join(' ')),
  )
  if (code === undefined) return plain
  return {
    ...plain,
    source: { sql: `nullif(concat(${nameSql(code.name)}, ${nameSql(number)}), '')` },
    columns: [code.name, number],
    reason: 'with the calling code before it',
  }
}

const COMPANY = /^(company|organi[sz]ation|account|business|employer|parent|firm)$/

/** The name of the company: a text, a key of a JSON column, or a row that is referred to. */
export function proposeCompany(
  table: CrmTable,
  guessing: Guessing,
  tenants: CrmTable | undefined,
): Proposal | undefined {
  const plain = proposePlain(
    'company',
    RECORD_COLUMNS.contact['company']!,
    table,
    (column) => isText(column) && !/id$/i.test(column.name),
  )
  if (plain !== undefined) return plain
  const reference = referencesOf(table, guessing.tables).find(
    ({ column, table: to }) =>
      COMPANY.test(wordsOf(column)[0] ?? '') &&
      !isSameTable(to, tenants) &&
      !isUserTable({ name: to === table ? '' : to.name }),
  )
  const label = reference && labelColumn(reference.table)
  if (reference !== undefined && label !== undefined)
    return {
      source: {
        column: reference.column,
        lookup: { table: nameOf(reference.table, guessing), key: reference.key, value: label.name },
      },
      columns: [reference.column],
      confidence: 0.85,
      reason: `the ${label.name} of the row that it refers to`,
    }
  return proposeJsonKey(table, guessing, /^(company_?name|company|organi[sz]ation)$/i)
}

/** A key of a JSON column that rows have. */
export function proposeJsonKey(table: CrmTable, { sample }: Guessing, key: RegExp): Proposal | undefined {
  for (const column of table.columns.filter(isJson)) {
    const found = jsonKeys(sample(table), column.name).find((one) => key.test(one) && !one.includes('.'))
    if (found !== undefined)
      return {
        source: { column: column.name, json: found },
        columns: [],
        confidence: 0.8,
        reason: `rows have it in ${column.name}`,
      }
  }
  return undefined
}
