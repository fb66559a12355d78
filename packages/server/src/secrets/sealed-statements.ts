import type { BoundStatement } from '../database/statement.ts'
import { prepared } from '../database/statement.ts'
import type { SealedTable } from './sealed-columns.ts'

/** The id of a row and its encrypted values, by column. */
export type SealedRow = { id: string } & Record<string, string | null>

/** The ids of the keys that have encrypted a value of these tables. */
export function listKeyIds(tables: readonly SealedTable[]): BoundStatement<{ id: string }> {
  const sealed = tables.map(
    ({ schema, name, columns }) =>
      `select unnest(array[${Object.keys(columns).join(', ')}]) as sealed from ${schema}.${name}`,
  )
  const text = `select distinct split_part(sealed, '.', 2) as id from (${sealed.join(' union all ')}) as stored where sealed is not null`
  return [prepared('list-key-ids', text), []]
}

/** The ids of the next rows, without their values. */
export function listIds(
  { schema, name }: SealedTable,
  after: string,
  limit: number,
): BoundStatement<{ id: string }> {
  const text = `select id from ${schema}.${name} where id > $1 order by id limit $2::integer`
  return [prepared('list-ids', text), [after, limit]]
}

/** One row, or the rows after an id. */
export type RowRange = { only: string } | { after: string }

export interface ReadSealed {
  range: RowRange
  /** Id of the key whose values are left out. */
  exceptKey: string
  limit: number
  lock: boolean
}

/** The rows with a value that another key has encrypted. */
export function readSealed(
  { schema, name, columns }: SealedTable,
  { range, exceptKey, limit, lock }: ReadSealed,
): BoundStatement<SealedRow> {
  const names = Object.keys(columns)
  const [condition, id] = 'only' in range ? ['id = $1', range.only] : ['id > $1', range.after]
  const text = `select id, ${names.join(', ')} from ${schema}.${name}
    where ${condition} and (${names.map((column) => `split_part(${column}, '.', 2) <> $2`).join(' or ')})
    order by id limit $3::integer${lock ? ' for update' : ''}`
  return [prepared('read-sealed', text), [id, exceptKey, limit]]
}

export function writeSealed(
  { schema, name, columns }: SealedTable,
  id: string,
  values: Readonly<Record<string, string | null>>,
): BoundStatement<object> {
  const names = Object.keys(columns)
  const assignments = names.map((column, index) => `${column} = $${index + 2}`).join(', ')
  const text = `update ${schema}.${name} set ${assignments} where id = $1`
  return [prepared('write-sealed', text), [id, ...names.map((column) => values[column] ?? null)]]
}
