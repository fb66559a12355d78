import type { Database } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { quoteIdentifier } from '../../database/identifiers.ts'
import type { CrmTable } from '../crm-tables.ts'

/** What an expression is over: a row of a table, or its versions `old` and `new`. */
export type Scope = 'row' | 'change'

export type Described = { type: string } | { error: string }

/** Finds the type of an expression of the map, or what is wrong with it. */
export type DescribeExpression = (table: CrmTable, expression: string, scope: Scope) => Promise<Described>

const INVALID = /^(42|0A|22|2F)/

/**
 * Lets PostgreSQL parse expressions with the settings of the capture functions, over rows of nulls, so that no right on
 * the table is needed. Asks once for tables of the same shape: a schema per tenant has the same tables a thousand times.
 */
export function createDescriber(database: Database): DescribeExpression {
  const known = new Map<string, Promise<Described>>()
  return (table, expression, scope) => {
    const statement = writeStatement(table, expression, scope)
    const found = known.get(statement) ?? describe(database, statement)
    known.set(statement, found)
    return found
  }
}

async function describe(database: Database, statement: string): Promise<Described> {
  try {
    return await database.transaction(async (connection) => {
      await connection.execute(`set local search_path = pg_catalog`)
      const { rows } = await connection.query<{ type: string }>(statement)
      const type = rows[0]?.type ?? 'text'
      return { type: type === 'unknown' ? 'text' : type }
    })
  } catch (error) {
    if (!isDatabaseError(error) || !INVALID.test(error.code)) throw error
    return { error: error.message }
  }
}

function writeStatement({ name, columns }: CrmTable, expression: string, scope: Scope): string {
  const nulls = columns.map((column) => `null::${column.fullType} as ${quoteIdentifier(column.name)}`)
  const row = (alias: string): string =>
    `left join (select ${nulls.join(', ')}) as ${quoteIdentifier(alias)} on false`
  const rows = scope === 'row' ? [row(name)] : [row('old'), row('new')]
  return `select pg_typeof(case when false then (${expression}\n) end)::text as type from (select) as one ${rows.join(' ')}`
}
