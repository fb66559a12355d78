import { buildColumn } from '../query/build-field.ts'
import type { Scope } from '../query/scope.ts'
import type { Column, Relation } from '../schema-cache/schema.ts'
import { quoteIdentifier } from '../query/sql-text.ts'
import type { Params } from '../query/sql-text.ts'

/** Rows from a JSON text, as a `from` item, and the expression of each column's value. */
export interface RowSource {
  from: string
  values: readonly string[]
}

/** Looks up what is to be stored. The names come from a checked body or from a rule: an unknown one is a defect. */
export function findStored(relation: Relation, names: Iterable<string>): Column[] {
  return [...names].map((name) => {
    const column = relation.columns.get(name)
    if (column === undefined) throw new Error(`${relation.name} has no column ${name} to store a value in`)
    return column
  })
}

/**
 * Reads the JSON array `rows` as rows of the columns' own types. A key that a row lacks is null, or, with
 * `fillsDefaults`, the column's default.
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
    // A key with the value null gives the JSON null, which is not null.
    values: columns.map(({ name, default: preset }, index) => {
      const isMissing = `e.element -> ${params.add(name)}::text is null`
      return `case when ${isMissing} then ${preset ?? 'null'} else ${values[index]} end`
    }),
  }
}

/** What becomes of a row whose key is there already. */
export type OnConflict =
  | { action: 'nothing'; target: readonly string[] }
  | { action: 'merge'; target: readonly string[] }

export interface Insert {
  columns: readonly Column[]
  source: RowSource
  onConflict: OnConflict | null
}

/** The setting, local to the transaction, in which a merging insert counts the rows that it updated. */
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
  // Where only the key was given, setting it to itself is what returns the row.
  const set = changed.length > 0 ? changed : columns.filter(isChangeable)
  const fixed = others.filter((column) => !isChangeable(column) && column.privileges[scope.role].select)
  return (
    `${conflict}update set ${set.map(({ name }) => assign(name, `excluded.${quoteIdentifier(name)}`)).join(', ')} ` +
    `where ${buildMergeGuard(fixed, scope)}`
  )
}

/**
 * Counts each updated row, and leaves alone a row in which a column that the role may not change would change: there
 * are then fewer rows than were posted. In a `case`, for the order in which `and` is evaluated is not given.
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
