import { quoteIdentifier, quoteLiteral } from '../../database/identifiers.ts'
import { relationName, toComparable } from '../captured-table.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn } from '../crm-tables.ts'
import {
  checkLookupTable,
  comparisonKind,
  findInExpressions,
  findTable,
  requireColumn,
} from './find-names.ts'
import type { ColumnSource, Source } from './map-schema.ts'
import type { Resolving } from './resolving.ts'
import { overRow } from './row-scope.ts'

/** SQL that a field is read from, before it is converted to what events have. */
export interface SourceSql {
  /** The column, if the value is read from a single one as it is. */
  source: string | undefined
  type: string
  value(alias: string): string
  /** See CapturedColumn. */
  mayChange?: string
  values?: ColumnSource['values'] | undefined
  default?: ColumnSource['default']
}

/** Reads what the map says about a field; undefined: with problems, which are noted. */
export async function readSource(
  given: Source,
  table: CrmTable,
  place: string,
  resolving: Resolving,
): Promise<SourceSql | undefined> {
  if (typeof given === 'string') {
    const column = requireColumn(table, given, place, resolving.problems)
    return column && plain(column)
  }
  if ('sql' in given) return await readExpression(given.sql, table, place, resolving)
  const column = requireColumn(table, given.column, `${place}.column`, resolving.problems)
  if (column === undefined) return undefined
  const read = await readColumn(given, column, place, resolving)
  return read && { ...read, values: given.values, default: given.default }
}

const columnOf =
  (name: string) =>
  (alias: string): string =>
    `${alias}.${quoteIdentifier(name)}`

const plain = ({ name, type }: CrmColumn): SourceSql => ({ source: name, type, value: columnOf(name) })

async function readExpression(
  sql: string,
  table: CrmTable,
  place: string,
  { describe, problems }: Resolving,
): Promise<SourceSql | undefined> {
  const described = await describe(table, sql, 'row')
  if ('error' in described) {
    problems.push(`${place}.sql: ${described.error}`)
    return undefined
  }
  return { source: undefined, type: described.type, value: (alias) => overRow(sql, alias, table.name) }
}

async function readColumn(
  given: ColumnSource,
  column: CrmColumn,
  place: string,
  resolving: Resolving,
): Promise<SourceSql | undefined> {
  const { lookup, json, scale } = given
  if ([lookup, json].filter((one) => one !== undefined).length > 1) {
    resolving.problems.push(`${place}: has lookup and json; use sql for both`)
    return undefined
  }
  const read = lookup === undefined ? plain(column) : await readLookup(lookup, column, place, resolving)
  if (read === undefined || (json === undefined && scale === undefined)) return read
  if (json !== undefined) return readPath(json, read, place, resolving)
  if (!/^(smallint|integer|bigint|numeric)$/.test(read.type)) {
    resolving.problems.push(
      `${place}.scale: ${given.column} is ${read.type}; only whole numbers and numeric have a scale`,
    )
    return undefined
  }
  const unit = `0.${'0'.repeat(scale! - 1)}1`
  return { ...read, type: 'numeric', value: (alias) => `trim_scale(${read.value(alias)} * ${unit})` }
}

function readPath(
  path: string,
  read: SourceSql,
  place: string,
  { problems }: Resolving,
): SourceSql | undefined {
  if (!/^jsonb?$/.test(read.type)) {
    problems.push(`${place}.json: the column is ${read.type}, not json or jsonb`)
    return undefined
  }
  const keys = `array[${path.split('.').map(quoteLiteral).join(', ')}]`
  return { ...read, value: (alias) => `(${read.value(alias)} #> ${keys})` }
}

async function readLookup(
  { table: name, key, value }: NonNullable<ColumnSource['lookup']>,
  column: CrmColumn,
  place: string,
  resolving: Resolving,
): Promise<SourceSql | undefined> {
  const { problems } = resolving
  const table = findTable(name, `${place}.lookup.table`, resolving)
  if (table === undefined) return undefined
  const keyColumn = requireColumn(table, key, `${place}.lookup.key`, problems)
  const found = findColumn(table, value)
  const described = found === undefined ? await resolving.describe(table, value, 'row') : { type: found.type }
  if ('error' in described) problems.push(`${place}.lookup.value: ${described.error}`)
  const read = found === undefined ? findInExpressions(table.columns, [value]) : [value]
  checkLookupTable(table, key, read, `${place}.lookup`, problems)
  if (keyColumn === undefined || 'error' in described) return undefined
  if (comparisonKind(column.type) !== comparisonKind(keyColumn.type)) {
    problems.push(
      `${place}.lookup.key: ${key} is ${keyColumn.type}, but ${column.name}, which refers to it, is ${column.type}`,
    )
    return undefined
  }
  const reference = columnOf(column.name)
  const result = found === undefined ? `(${value}\n)` : `l.${quoteIdentifier(value)}`
  return {
    source: column.name,
    type: described.type,
    value: (alias) =>
      `(select ${result} from ${relationName(table)} as l where l.${quoteIdentifier(key)} = ${reference(alias)} limit 1)`,
    mayChange: `${toComparable(reference('n'), column.type)} is distinct from ${toComparable(reference('o'), column.type)}`,
  }
}
