import type { Database } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { quoteIdentifier } from '../../database/identifiers.ts'
import { relationName } from '../captured-table.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'

/** Rows of a table by column, as text. */
export type SampleRow = Readonly<Record<string, string | null>>

export interface ValueCount {
  value: string
  count: number
}

/** Rows that were read to learn how a table is used; undefined: none may be read. */
export type SampleOf = (table: CrmTable) => readonly SampleRow[] | undefined

const MAX_ROWS = 1_000
const MAX_TABLES = 100
const TABLE_TIMEOUT_MS = 2_000
const ALL_TIMEOUT_MS = 20_000
/** Longer texts are never values to tell cases apart by. */
const MAX_TEXT = 200
const MAX_JSON = 4_000

export interface Samples {
  sample: SampleOf
  /** Tables whose rows could not be read. */
  unread: readonly string[]
}

/** Reads up to a thousand rows of each table, in read-only transactions of bounded time. */
export async function readSamples(database: Database, tables: readonly CrmTable[]): Promise<Samples> {
  const samples = new Map<string, SampleRow[]>()
  const unread: string[] = []
  const until = Date.now() + ALL_TIMEOUT_MS
  for (const table of tables.slice(0, MAX_TABLES)) {
    if (Date.now() > until) break
    const rows = await readSample(database, table)
    if (rows === undefined) unread.push(qualifiedName(table))
    else samples.set(qualifiedName(table), rows)
  }
  return { sample: (table) => samples.get(qualifiedName(table)), unread }
}

async function readSample(database: Database, table: CrmTable): Promise<SampleRow[] | undefined> {
  const columns = table.columns.filter(({ canSelect, type }) => canSelect && !/^(bytea|tsvector)$/.test(type))
  if (columns.length === 0 || table.isHidden) return undefined
  try {
    return await database.transaction(async (connection) => {
      await connection.execute(
        `set local transaction_read_only = on; set local statement_timeout = ${TABLE_TIMEOUT_MS}`,
      )
      const { rows } = await connection.query<Record<string, string | null>>(
        `select ${columns.map(selectText).join(', ')} from ${relationName(table)} limit ${MAX_ROWS}`,
      )
      return rows.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, row[`c${index}`] ?? null])),
      )
    })
  } catch (error) {
    // No right to a view's or a schema's content, a policy that fails, or a table that is locked: guessed without rows.
    if (isDatabaseError(error)) return undefined
    throw error
  }
}

const selectText = ({ name, type }: CrmColumn, index: number): string =>
  `left(${quoteIdentifier(name)}::text, ${type.startsWith('json') ? MAX_JSON : MAX_TEXT}) as c${index}`

/** The values of a column, the most frequent first. */
export function countValues(rows: readonly SampleRow[] | undefined, column: string): ValueCount[] {
  const counts = new Map<string, number>()
  for (const row of rows ?? []) {
    const value = row[column]
    if (value !== null && value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return Array.from(counts, ([value, count]) => ({ value, count })).sort(
    (one, other) => other.count - one.count,
  )
}

export const hasNull = (rows: readonly SampleRow[] | undefined, column: string): boolean =>
  rows?.some((row) => row[column] === null) === true
