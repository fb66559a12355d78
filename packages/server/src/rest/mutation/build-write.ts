import { buildColumn } from '../query/build-field.ts'
import type { Scope } from '../query/scope.ts'
import type { Column, Relation } from '../schema-cache/schema.ts'
import { quoteIdentifier } from '../query/sql-text.ts'
import type { Params } from '../query/sql-text.ts'

/** Rows from a JSON text: a `from` item, and the expression of each column's value. */
export interface RowSource {
  from: string
  values: readonly string[]
}

/** Looks up the columns to store. The names come from a validated body or from a rule; an unknown name is a bug. */
export function findStored(relation: Relation, names: Iterable<string>): Column[] {
  return [...names].map((name) => {
    const column = relation.columns.get(name)
    if (column === undefined) throw new Error(`${relation.name} has no column ${name} to store a value in`)
    return column
  })
}

/**
 * Reads the JSON array `rows` as rows with the columns' types. A missing key becomes null or, with `fillsDefaults`, the
 * column's default.
 */
export function buildRowSource(
  columns: readonly Column[],
  rows: string,
  fillsDefaults: boolean,
  params: Params,
): RowSource {
  const definition = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(', ')
  const values = columns.map(({ name }) => `b.${quoteIdentifier(name)}`)
  const placeholder = params.add(rows)
  if (!fillsDefaults) return { from: `json_to_recordset(${placeholder}) as b(${definition})`, values }
  return {
    from:
      `json_array_elements(${placeholder}) as e(element) ` +
      `cross join lateral json_to_record(e.element) as b(${definition})`,
    // A key with a null value yields the JSON null, which is not the SQL null.
    values: columns.map(({ name, default: preset }, index) => {
      const isMissing = `e.element -> ${params.add(name)}::text is null`
      return `case when ${isMissing} then ${preset ?? 'null'} else ${values[index]} end`
    }),
  }
}

/** How an insert treats a row whose key exists. */
export type OnConflict =
  | { action: 'nothing'; target: readonly string[] }
  | { action: 'merge'; target: readonly string[] }

export interface Insert {
  columns: readonly Column[]
  source: RowSource
  onConflict: OnConflict | null
}

/** Reads the setting, local to the transaction, in which a merging insert counts the rows that it updated. */
export const UPDATED_COUNT = `coalesce(nullif(current_setting('response.updated', true), ''), '0')::int`

export function buildInsert({ columns, source, onConflict }: Insert, scope: Scope): string {
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  return (
    `insert into ${scope.relation.sql} as ${quoteIdentifier(scope.alias)} (${names}) ` +
    `select ${source.values.join(', ')} from ${source.from}` +
    (onConflict === null ? '' : buildOnConflict(onConflict, columns, scope))
  )
}

function buildOnConflict({ action, target }: OnConflict, columns: readonly Column[], scope: Scope): string {
  const conflict = ` on conflict (${target.map(quoteIdentifier).join(', ')}) do `
  const isChangeable = ({ privileges }: Column): boolean => privileges[scope.role].update
  const others = columns.filter(({ name }) => !target.includes(name))
  const changed = others.filter(isChangeable)
  if (action === 'nothing' || (changed.length === 0 && !columns.some(isChangeable)))
    return `${conflict}nothing`
  // If only the key is given, setting it to itself makes the statement return the row.
  const set = changed.length > 0 ? changed : columns.filter(isChangeable)
  const fixed = others.filter((column) => !isChangeable(column) && column.privileges[scope.role].select)
  return (
    `${conflict}update set ${set.map(({ name }) => assign(name, `excluded.${quoteIdentifier(name)}`)).join(', ')} ` +
    `where ${buildMergeGuard(fixed, scope)}`
  )
}

/**
 * Counts each updated row, and skips a row if the update would change a column that the role may not change; the caller
 * then sees fewer rows than posted. Uses `case` because the evaluation order of `and` is not defined.
 */
function buildMergeGuard(fixed: readonly Column[], scope: Scope): string {
  const counts = `set_config('response.updated', (${UPDATED_COUNT} + 1)::text, true) is not null`
  if (fixed.length === 0) return counts
  const isSame = fixed.map(
    ({ name }) => `${buildColumn(scope, name)} is not distinct from excluded.${quoteIdentifier(name)}`,
  )
  return `case when ${isSame.join(' and ')} then ${counts} else false end`
}

export function buildUpdate(
  columns: readonly Column[],
  source: RowSource,
  where: string,
  scope: Scope,
): string {
  const set = columns.map(({ name }, index) => assign(name, source.values[index]!))
  const target = `${scope.relation.sql} as ${quoteIdentifier(scope.alias)}`
  return `update ${target} set ${set.join(', ')} from ${source.from} where ${where}`
}

export function buildDelete(where: string, scope: Scope): string {
  return `delete from ${scope.relation.sql} as ${quoteIdentifier(scope.alias)} where ${where}`
}

function assign(name: string, value: string): string {
  return `${quoteIdentifier(name)} = ${value}`
}
