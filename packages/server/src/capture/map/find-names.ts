import { quoteIdentifier } from '../../database/identifiers.ts'
import { findNearest } from '../../database/nearest-name.ts'
import { relationName } from '../captured-table.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import type { Resolving } from './resolving.ts'

export function findTable(
  name: string,
  place: string,
  { all, schema, problems }: Pick<Resolving, 'all' | 'schema' | 'problems'>,
): CrmTable | undefined {
  const qualified = schema === undefined || name.includes('.') ? name : `${schema}.${name}`
  const table = all.find((candidate) => qualifiedName(candidate) === qualified)
  if (table !== undefined) return table
  const nearest = findNearest(qualified, all.map(qualifiedName))
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  problems.push(
    qualified.includes('.')
      ? `${place}: no table is called ${qualified}${hint}`
      : `${place}: ${name} has no schema; write it as schema.table${hint}`,
  )
  return undefined
}

export function requireColumn(
  table: CrmTable,
  name: string,
  place: string,
  problems: string[],
): CrmColumn | undefined {
  const column = findColumn(table, name)
  if (column !== undefined) return column
  const nearest = findNearest(
    name,
    table.columns.map((candidate) => candidate.name),
  )
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  problems.push(`${place}: ${qualifiedName(table)} has no column ${name}${hint}`)
  return undefined
}

/** The columns whose names are in an expression: it may read them. */
export function findInExpressions(
  columns: readonly { name: string }[],
  expressions: readonly string[],
): string[] {
  const words = new Set(expressions.flatMap((text) => text.match(/"[^"]+"|[\p{L}\p{N}_$]+/gu) ?? []))
  return columns.map(({ name }) => name).filter((name) => words.has(name) || words.has(`"${name}"`))
}

/** Integers of all sizes can be compared with each other, and so can texts. */
export const comparisonKind = (type: string): string =>
  /^(smallint|integer|bigint)$/.test(type)
    ? 'number'
    : /^(text|character varying)$/.test(type)
      ? 'text'
      : type

/** Checks a table that is read by a key while a row is captured. */
export function checkLookupTable(
  table: CrmTable,
  key: string,
  columns: readonly string[],
  place: string,
  problems: string[],
): void {
  const name = qualifiedName(table)
  const read = [...new Set([key, ...columns])]
  if (!read.every((one) => findColumn(table, one)?.canSelect !== false)) {
    problems.push(
      `${place}: this role may not read ${name}: grant select (${read.map(quoteIdentifier).join(', ')}) on ${relationName(table)} to <role>, and usage on its schema`,
    )
  }
  if (table.isHidden) {
    problems.push(
      `${place}: row-level security hides the rows of ${name} from this role: create a policy for select to <role> using (true)`,
    )
  }
  if (!table.keys.some((unique) => unique.length === 1 && unique[0] === key)) {
    problems.push(
      `${place}.key: ${name}.${key} is not unique and not null; each row must refer to exactly one`,
    )
  }
}
