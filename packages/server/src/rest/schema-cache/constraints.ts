import { textArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'

/** A constraint or unique index of an exposed table: the database names it in errors, callers do not know it. */
export interface Constraint {
  name: string
  kind: 'check' | 'foreign key' | 'unique'
  columns: readonly string[]
  /** The SQL expression of a check. */
  definition: string | null
  /** Where a foreign key leads. */
  target: string | null
  targetColumns: readonly string[]
}

interface ConstraintRow {
  schema: string
  relation: string
  name: string
  kind: 'c' | 'f' | 'p' | 'u'
  /** These two are JSON text. */
  columns: string
  target_columns: string | null
  definition: string | null
  target: string | null
}

const KINDS = { c: 'check', f: 'foreign key', p: 'unique', u: 'unique' } as const

const readConstraintsStatement = loadStatement(import.meta.url, 'read-constraints')

/** The constraints of each relation, by `schema.name`. */
export async function readConstraints(
  database: Database,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, readonly Constraint[]>> {
  const { rows } = await database.query<ConstraintRow>(readConstraintsStatement, [textArray(schemas)])
  const constraints = new Map<string, Constraint[]>()
  for (const row of rows) {
    const key = `${row.schema}.${row.relation}`
    const known = constraints.get(key) ?? []
    constraints.set(key, known)
    known.push(toConstraint(row))
  }
  return constraints
}

function toConstraint({
  name,
  kind,
  columns,
  definition,
  target,
  target_columns,
}: ConstraintRow): Constraint {
  return {
    name,
    kind: KINDS[kind],
    columns: JSON.parse(columns) as string[],
    definition,
    target,
    targetColumns: JSON.parse(target_columns ?? '[]') as string[],
  }
}
