import type { Connection } from '../../database/database.ts'
import type { Constraint } from '../schema-cache/constraints.ts'
import type { Catalog, Relation } from '../schema-cache/schema.ts'
import { createParams, quoteIdentifier } from '../query/sql-text.ts'
import type { Params } from '../query/sql-text.ts'

/** Runs a query as the caller, in a transaction of its own: that of the refused statement is over. */
export type AskAsCaller = <R extends object>(
  work: (connection: Connection) => Promise<R | undefined>,
) => Promise<R | undefined>

interface RowQuery {
  text: string
  params: Params
}

/**
 * Builds the query for the first of the posted rows that breaks a constraint: the database names the constraint, and the row
 * only with values that the caller may not see. `text` is the rows as a JSON array. It runs as the caller, who learns nothing of
 * rows that he cannot read.
 */
export function buildFindRow(
  constraint: Constraint,
  relation: Relation,
  { relations }: Catalog,
  text: string,
): RowQuery | undefined {
  const params = createParams()
  const names = constraint.columns.map(quoteIdentifier)
  const definition = constraint.columns.map(
    (name, index) => `${names[index]} ${relation.columns.get(name)!.type}`,
  )
  const isBroken = buildBroken(constraint, relation, relations)
  if (isBroken === undefined) return undefined
  const rows =
    `rows from (json_to_recordset(${params.add(text)}) as (${definition.join(', ')})) with ordinality ` +
    `as p(${names.join(', ')}, place)`
  // The window counts all rows before any is left out.
  const numbered = `select p.*, ${buildRepeat(constraint)} as is_repeated from ${rows}`
  return {
    text: `select p.place::int - 1 as row from (${numbered}) p where ${isBroken} order by p.place limit 1`,
    params,
  }
}

const buildRepeat = ({ columns }: Constraint): string =>
  `row_number() over (partition by ${columns.map((name) => `p.${quoteIdentifier(name)}`).join(', ')} order by p.place) > 1`

function buildBroken(
  { kind, columns, definition, target, targetColumns }: Constraint,
  relation: Relation,
  relations: Catalog['relations'],
): string | undefined {
  const areGiven = columns.map((name) => `p.${quoteIdentifier(name)} is not null`).join(' and ')
  const isEqual = (others: readonly string[]): string =>
    columns
      .map((name, index) => `o.${quoteIdentifier(others[index]!)} = p.${quoteIdentifier(name)}`)
      .join(' and ')
  if (kind === 'check') return `not (${definition})`
  if (kind === 'unique') {
    const isStored = `exists (select from ${relation.sql} o where ${isEqual(columns)})`
    return `${areGiven} and (p.is_repeated or ${isStored})`
  }
  const other = target === null ? undefined : relations.get(target)
  if (other === undefined) return undefined
  return `${areGiven} and not exists (select from ${other.sql} o where ${isEqual(targetColumns)})`
}
