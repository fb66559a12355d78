import type { Connection } from '../../database/database.ts'
import { buildGroupBy, buildResponseQuery } from './build-read.ts'
import { buildGroupKeys } from './group-rows.ts'
import { forbid, listColumns } from '../schema-cache/schema-cache.ts'
import type { Page } from '../request/range.ts'
import type { Output } from './scope.ts'
import { createParams, quoteIdentifier } from './sql-text.ts'
import type { Params } from './sql-text.ts'
import { ROW_IN_TIME, buildSelected, finishBody, requireSingle } from '../request/table-request.ts'
import type { ReadRequest, ResponseRow } from '../request/table-request.ts'
import type { Media, Plan } from '../request/content-negotiation.ts'

export interface ReadResult {
  body: string
  rowCount: number
  /** Rows of all pages together; null if not requested. */
  total: number | null
}

/** A statement that reads rows. */
interface BuiltRead {
  text: string
  values: readonly string[]
  outputs: readonly Output[]
}

/** Checks everything that needs no database first, and returns the function that needs it. */
export function prepareRead(
  request: ReadRequest,
  page: Page,
  isHead: boolean,
): (connection: Connection) => Promise<ReadResult> {
  const { scope, media } = request
  if (listColumns(scope.relation, scope.role, 'select').length === 0) throw forbid(scope.relation)
  const built = buildRead(request, page, isHead, createParams())
  const { plan } = media
  return async (connection) =>
    plan === undefined
      ? await runRead(connection, built, media)
      : await readPlan(connection, explain(built.text, plan), built.values)
}

export function buildRead(request: ReadRequest, page: Page, isHead: boolean, params: Params): BuiltRead {
  const { scope, preferences, media, isTimed } = request
  const { outputs, joins, restrictingJoins, where, groupBy, order } = buildSelected(request, params)
  const table = `${scope.relation.sql} as ${quoteIdentifier(scope.alias)}`
  const inTime = isTimed ? [ROW_IN_TIME] : []
  const conditions = [...inTime, ...(where === undefined ? [] : [where])]
  const condition = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
  const count =
    groupBy === null
      ? `(select count(*) from ${table}${restrictingJoins}${condition})`
      : countGroups(buildGroupKeys(outputs, groupBy), table + joins + condition)
  const total = preferences.count === null ? 'null' : count
  const limit = params.add(String(page.limit))
  const offset = params.add(String(page.offset))
  const query = {
    source: table + joins,
    outputs,
    where: conditions.length === 0 ? undefined : conditions.join(' and '),
    groupBy,
    order,
    limit,
    offset,
    // Fields that do not affect the order are only read after sorting.
    shownWhere: inTime[0],
  }
  const text = buildResponseQuery(query, isHead ? null : media, [`${total}::bigint as total`])
  return { text, values: params.values, outputs }
}

async function runRead(
  connection: Connection,
  { text, values, outputs }: BuiltRead,
  media: Media,
): Promise<ReadResult> {
  const { rows } = await connection.query<ResponseRow & { total: number | null }>(text, values)
  const row = rows[0]!
  requireSingle(media, row.row_count)
  const body = row.body === null ? '' : finishBody(row.body, outputs, media)
  return { body, rowCount: row.row_count, total: row.total }
}

/** Reads in a transaction that was begun for something else. */
export async function runReadWithin(
  connection: Connection,
  built: BuiltRead,
  media: Media,
): Promise<ReadResult> {
  await connection.query(`select set_config('timezone', 'UTC', true)`)
  return await runRead(connection, built, media)
}

/** Without keys, all rows are one group, even if there are none. */
function countGroups(keys: readonly string[], rows: string): string {
  if (keys.length === 0) return '1'
  const places = keys.map((_, index) => String(index + 1)).join(', ')
  return `(select count(*) from (select ${keys.join(', ')} from ${rows}${buildGroupBy(places)}) as g)`
}

const explain = (text: string, { isJson, options }: Plan): string =>
  `explain (${[`format ${isJson ? 'json' : 'text'}`, ...options].join(', ')}) ${text}`

async function readPlan(
  connection: Connection,
  text: string,
  values: readonly string[],
): Promise<ReadResult> {
  const { rows } = await connection.query<{ 'QUERY PLAN': unknown }>(text, values)
  const lines = rows.map(({ 'QUERY PLAN': line }) => (typeof line === 'string' ? line : JSON.stringify(line)))
  return { body: lines.join('\n'), rowCount: 0, total: null }
}
