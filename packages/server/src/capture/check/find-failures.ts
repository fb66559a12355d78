import type { Connection } from '../../database/database.ts'
import type { CapturedTable } from '../captured-table.ts'
import { keyTextSql, relationName } from '../captured-table.ts'
import { insertedConditions } from '../recapture-conditions.ts'
import { undo } from './rehearse.ts'
import { AT_PLACES, placeParams } from './sample-rows.ts'

/** An expression that fails on a row, whose events would be lost. */
export interface Failure {
  /** `where`, `organization`, `field email`, or `condition of message.sent`. */
  expression: string
  /** Of the row. */
  key: string | null
  error: string
}

/** Finds which expressions fail on a row; one that is read from others may fail with them. */
export async function findFailures(
  connection: Connection,
  table: CapturedTable,
  place: string,
  cause: Error,
): Promise<Failure[]> {
  const from = `from ${relationName(table)} as n`
  const read = async (sql: string, joins = ''): Promise<string | Error> => {
    const found = await undo(connection, () =>
      connection.query<{ value: string }>(
        `select (${sql})::text as value ${from} ${joins} where ${AT_PLACES}`,
        placeParams([place]),
      ),
    )
    return 'error' in found ? found.error : (found.result.rows[0]?.value ?? '')
  }
  const key = await read(keyTextSql(table, 'n'))
  const failures: Failure[] = []
  for (const [expression, sql, joins] of listExpressions(table)) {
    const result = await read(sql, joins)
    if (typeof result !== 'string')
      failures.push({ expression, key: typeof key === 'string' ? key : null, error: result.message })
  }
  if (failures.length > 0) return failures
  return [{ expression: 'the row', key: typeof key === 'string' ? key : null, error: cause.message }]
}

function listExpressions(table: CapturedTable): [name: string, sql: string, joins?: string][] {
  const { where, organization, columns } = table
  return [
    ...(where === undefined ? [] : [['where', where('n')] as [string, string]]),
    ['organization', organization.expression, organization.joins],
    ...[...columns]
      .filter(([name]) => name !== 'organization_id')
      .map(([name, column]): [string, string] => [`field ${name}`, column.value('n')]),
    ...insertedConditions(table).map(([event, condition]): [string, string] => [
      `condition of ${event}`,
      condition,
    ]),
  ]
}
