import { quoteIdentifier, quoteLiteral } from '../../database/identifiers.ts'
import type { CrmColumn } from '../crm-tables.ts'

/** PostgreSQL's reserved words, which are no names without quotes. */
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column ' +
    'concurrently constraint create cross current_catalog current_date current_role current_schema current_time ' +
    'current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from ' +
    'full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime ' +
    'localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning ' +
    'right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user ' +
    'using variadic verbose when where window with values row interval time timestamp'
  ).split(' '),
)

/** A column in an expression that people will read. */
export const nameSql = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : quoteIdentifier(name)

export const valueSql = ({ type }: CrmColumn, value: string): string =>
  /^(smallint|integer|bigint|numeric)$/.test(type) && /^-?\d+$/.test(value)
    ? value
    : quoteLiteral(value).trim()

export function isOneOf(column: CrmColumn, values: readonly string[]): string {
  const written = values.map((value) => valueSql(column, value))
  return written.length === 1
    ? `${nameSql(column.name)} = ${written[0]}`
    : `${nameSql(column.name)} in (${written.join(', ')})`
}

export const isNotTrue = (column: CrmColumn, isNotNull: boolean): string =>
  isNotNull ? `not ${nameSql(column.name)}` : `${nameSql(column.name)} is not true`
