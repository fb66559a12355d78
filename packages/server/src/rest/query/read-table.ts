import type { Connection } from '../../database/database.ts'
import { buildResponseQuery } from './build-read.ts'
import { forbid, listColumns } from '../schema-cache/schema-cache.ts'
import type { Page } from '../request/range.ts'
import { createParams, quoteIdentifier } from './sql-text.ts'
import { ROW_IN_TIME, buildSelected, finishBody, requireSingle } from '../request/table-request.ts'
import type { ResponseRow, TableRequest } from '../request/table-request.ts'

export interface ReadResult {
  body: string
  rowCount: number
  /** Rows of all pages together; null if not requested. */
  total: number | null
}

/** Checks everything that needs no database first, and returns the function that needs it. */
export function prepareRead(
  request: TableRequest,
  page: Page,
  isHead: boolean,
): (connection: Connection) => Promise<ReadResult> {
  const { scope, preferences, media, isTimed } = request
  if (listColumns(scope.relation, scope.role, 'select').length === 0) throw forbid(scope.relation)
  const params = createParams()
  const { outputs, joins, restrictingJoins, where, order } = buildSelected(request, params)
  const table = `${scope.relation.sql} as ${quoteIdentifier(scope.alias)}`
  const inTime = isTimed ? [ROW_IN_TIME] : []
  const conditions = [...inTime, ...(where === undefined ? [] : [where])]
  const condition = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
  const count = `(select count(*) from ${table}${restrictingJoins}${condition})`
  const total = preferences.count === null ? 'null' : count
  const limit = params.add(String(page.limit))
  const offset = params.add(String(page.offset))
  const query = {
    source: table + joins,
    outputs,
    where: conditions.length === 0 ? undefined : conditions.join(' and '),
    order,
    limit,
    offset,
    // Fields that do not affect the order are only read after sorting.
    shownWhere: inTime[0],
  }
  const text = buildResponseQuery(query, isHead ? null : media, [`${total}::bigint as total`])
  return async (connection) => {
    const { rows } = await connection.query<ResponseRow & { total: number | null }>(text, params.values)
    const row = rows[0]!
    requireSingle(media, row.row_count)
    const body = row.body === null ? '' : finishBody(row.body, outputs, media)
    return { body, rowCount: row.row_count, total: row.total }
  }
}
