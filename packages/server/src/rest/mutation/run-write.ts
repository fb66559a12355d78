import { textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { buildColumn } from '../query/build-field.ts'
import { buildResponseQuery } from '../query/build-read.ts'
import type { RowsQuery } from '../query/build-read.ts'
import type { Output } from '../query/scope.ts'
import { UPDATED_COUNT } from './build-write.ts'
import { forbid, listColumns } from '../schema-cache/schema-cache.ts'
import type { Media } from '../request/content-negotiation.ts'
import type { Params } from '../query/sql-text.ts'
import { createParams, quoteIdentifier } from '../query/sql-text.ts'
import { buildReturned, finishBody } from '../request/table-request.ts'
import type { ResponseRow, TableRequest } from '../request/table-request.ts'

export interface Written {
  /** The rows as `Prefer: return` asks for them; null for none. */
  body: string | null
  /** Rows in the response: fewer than `affected` if a limit applies. */
  rowCount: number
  affected: number
  /** The part of `affected` that a merging insert updated. */
  updated: number
}

/** The rows in the response to a write. */
interface Shown {
  outputs: readonly Output[]
  media: Media | null
  /** Joins of the embedded resources, to follow the rows' source. */
  joins: string
  groupBy: string | null
  order: string
}

const nothing = { outputs: [], joins: '', groupBy: null, order: '' }
const keysAsJson: Media = { format: 'array', stripsNulls: false, contentType: '' }

/** Runs a statement that changes rows, and returns the changed rows. */
export async function runChange(
  connection: Connection,
  request: TableRequest,
  change: string,
  params: Params,
): Promise<Written> {
  const { scope } = request
  const shown = chooseShown(request, params)
  const readable = listColumns(scope.relation, scope.role, 'select')
  const returned =
    shown.media === null ? '1' : readable.map(({ name }) => buildColumn(scope, name)).join(', ')
  const query = buildShownRows(request, shown, `changed as ${quoteIdentifier(scope.alias)}`, params)
  // Counting the changed rows runs the change to its end, even under a limit. The setting that it counts in is read
  // afterwards.
  const extras = ['(select count(*)::int from changed) as affected', `${UPDATED_COUNT} as updated`]
  const text = `with changed as (${change} returning ${returned}) ${buildResponseQuery(query, shown.media, extras)}`
  const { rows } = await connection.query<ResponseRow & { affected: number; updated: number }>(
    text,
    params.values,
  )
  const { affected, updated } = rows[0]!
  return { ...finish(shown, rows[0]!), affected, updated }
}

/** Returns rows of the table itself, after a write that took more than one statement. */
export async function showRows(
  connection: Connection,
  request: TableRequest,
  { source, order, affected }: { source: string; order: string; affected: number },
  params: Params,
): Promise<Written> {
  const shown = chooseShown(request, params)
  const query = buildShownRows(request, shown, source, params)
  const ordered = query.order === '' ? { ...query, order } : query
  const { rows } = await connection.query<ResponseRow>(
    buildResponseQuery(ordered, shown.media),
    params.values,
  )
  return { ...finish(shown, rows[0]!), affected, updated: 0 }
}

/** Returns the rows with these keys, in this order. */
export async function showRowsByKey(
  connection: Connection,
  request: TableRequest,
  key: string,
  keys: readonly string[],
): Promise<Written> {
  const { scope } = request
  const params = createParams()
  const source =
    `(select * from unnest(${params.add(textArray(keys))}::text[]) with ordinality as u(key, place)) as u ` +
    `join ${scope.relation.sql} as ${quoteIdentifier(scope.alias)} on ${buildColumn(scope, key)}::text = u.key`
  return await showRows(connection, request, { source, order: 'u.place', affected: keys.length }, params)
}

/** The result of a write that had nothing to do. */
export function showNothing(request: TableRequest, outputs: readonly Output[]): Written {
  const body = request.preferences.return === 'representation' ? finishBody('', outputs, request.media) : null
  return { body: body === '' ? '[]' : body, rowCount: 0, affected: 0, updated: 0 }
}

function chooseShown(request: TableRequest, params: Params): Shown {
  const { scope, preferences, media } = request
  if (preferences.return === 'representation') {
    if (listColumns(scope.relation, scope.role, 'select').length === 0) throw forbid(scope.relation)
    const { outputs, joins, groupBy, order } = buildReturned(request, params)
    return { outputs: [...outputs, ...buildOneTimeOutputs(request, params)], media, joins, groupBy, order }
  }
  const keys = scope.relation.primaryKey.map((name) => scope.relation.columns.get(name))
  const areReadable = keys.length > 0 && keys.every((key) => key?.privileges[scope.role].select === true)
  if (preferences.return !== 'headers-only' || !areReadable) return { ...nothing, media: null }
  const outputs = scope.relation.primaryKey.map((key) => ({
    sql: `${buildColumn(scope, key)}::text`,
    key,
  }))
  return { ...nothing, outputs, media: keysAsJson }
}

/** Adds the fields that rules reveal to the stored columns, looked up by the row's key. */
function buildOneTimeOutputs({ scope, oneTimeFields }: TableRequest, params: Params): Output[] {
  const [key] = scope.relation.primaryKey
  const names = new Set([...oneTimeFields.values()].flatMap((fields) => Object.keys(fields)))
  if (key === undefined || names.size === 0) return []
  const fields = params.add(JSON.stringify(Object.fromEntries(oneTimeFields)))
  return [...names].map((name) => ({
    sql: `(${fields}::json -> ${buildColumn(scope, key)}::text) ->> ${params.add(name)}`,
    key: name,
  }))
}

/** Order and limits apply to the returned rows, never to the change. */
function buildShownRows(
  { query: { root } }: TableRequest,
  { outputs, media, joins, groupBy, order }: Shown,
  source: string,
  params: Params,
): RowsQuery {
  if (media === null || media === keysAsJson) return { source, outputs, order: '' }
  return {
    source: source + joins,
    outputs,
    groupBy,
    order,
    ...(root.limit === null ? {} : { limit: params.add(String(root.limit)) }),
    ...(root.offset === null ? {} : { offset: params.add(String(root.offset)) }),
  }
}

function finish(shown: Shown, { body, row_count }: ResponseRow): Pick<Written, 'body' | 'rowCount'> {
  return {
    body: body === null || shown.media === null ? null : finishBody(body, shown.outputs, shown.media),
    rowCount: row_count,
  }
}
