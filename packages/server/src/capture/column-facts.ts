import type { Connection } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'

/** What the catalog knows about a column beyond its type. */
export interface ColumnFacts {
  isNotNull: boolean
  /** The default, if it is a single value. */
  default: string | undefined
  /** The values that a check constraint allows. */
  allowed: readonly string[]
}

interface FactRow {
  schema: string
  table: string
  column: string
  isNotNull: boolean
  default: string | null
  checks: string | null
}

const readFacts = loadStatement(import.meta.url, 'read-column-facts')

export type FactsOf = (table: { schema: string; name: string }, column: string) => ColumnFacts

const NOTHING: ColumnFacts = { isNotNull: false, default: undefined, allowed: [] }

export async function readColumnFacts(connection: Connection): Promise<FactsOf> {
  const { rows } = await connection.query<FactRow>(readFacts)
  const known = new Map(
    rows.map((row) => [JSON.stringify([row.schema, row.table, row.column]), toFacts(row)]),
  )
  return ({ schema, name }, column) => known.get(JSON.stringify([schema, name, column])) ?? NOTHING
}

const toFacts = ({ isNotNull, default: given, checks }: FactRow): ColumnFacts => ({
  isNotNull,
  default: given === null ? undefined : readLiteral(given),
  allowed: checks === null ? [] : readAllowed(checks),
})

/** `'open'::character varying` and `0`. */
function readLiteral(expression: string): string | undefined {
  const [, text, plain] =
    /^(?:\(?'((?:[^']|'')*)'\)?(?:::[\w. "()]+)?|\(?(-?\d+|true|false)\)?)$/.exec(expression) ?? []
  return text?.replaceAll("''", "'") ?? plain
}

/** Of conditions such as `((status)::text = ANY (ARRAY['open'::text, 'closed'::text]))`. */
function readAllowed(checks: string): string[] {
  if (!/= ANY \(|\bIN \(|= '/.test(checks) || /\b(NOT|<>|~)\b/.test(checks)) return []
  return [...checks.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"))
}
