import { verbatim } from '../../domain/messages/phrase.ts'
import { textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildColumn } from '../query/build-field.ts'
import type { Scope } from '../query/scope.ts'
import { buildWhere } from '../query/build-where.ts'
import { buildDelete, buildRowSource, buildUpdate, findStored } from './build-write.ts'
import { requireOneChange } from '../request/body.ts'
import { readRows } from '../request/read-rows.ts'
import { forbid, listColumns } from '../schema-cache/schema-cache.ts'
import type { JsonObject } from '../request/json.ts'
import { runChange, showNothing, showRowsByKey } from './run-write.ts'
import type { Written } from './run-write.ts'
import { createParams, quoteIdentifier } from '../query/sql-text.ts'
import type { Params } from '../query/sql-text.ts'
import { ROW_IN_TIME, buildReturned, requireShown } from '../request/table-request.ts'
import type { TableRequest } from '../request/table-request.ts'
import type { RevealOnce } from '../schema-cache/table-rules.ts'
import { checkWritable, replaceRows } from './writable-columns.ts'
import type { StoredRows } from './writable-columns.ts'

type BuildCondition = (params: Params) => string

export function prepareDelete(request: TableRequest): (connection: Connection) => Promise<Written> {
  const { relation, role } = request.scope
  if (!relation.deletableBy.includes(role)) throw forbid(relation)
  const params = createParams()
  const change = buildDelete(prepareFilter(request, 'DELETE')(params), request.scope)
  return async (connection) => await runChange(connection, request, change, params)
}

/** Checks everything that needs no database first, and returns the function that needs it. */
export function prepareUpdate(request: TableRequest): (connection: Connection) => Promise<Written> {
  const { scope, preferences } = request
  if (listColumns(scope.relation, scope.role, 'update').length === 0) throw forbid(scope.relation)
  const buildFilter = prepareFilter(request, 'UPDATE')
  const change = checkWritable(request, requireOneChange(readRows(request.body, scope.relation)), 'update')
  const outputs =
    preferences.return === 'representation' ? buildReturned(request, createParams()).outputs : []
  return async (connection) => {
    if (change.names.length === 0 || change.rows.length === 0) return showNothing(request, outputs)
    if (request.rules.beforeUpdate === undefined) {
      return await updateAlike(connection, request, change, buildFilter)
    }
    return await updateByRule(connection, request, change, buildFilter)
  }
}

/** Builds the request's filter once to validate it; the result builds it again for each statement. */
function prepareFilter(
  { scope, query, isTimed }: TableRequest,
  command: 'UPDATE' | 'DELETE',
): BuildCondition {
  const build = (params: Params): string | undefined => buildWhere(query.root.conditions, scope, params)
  if (build(createParams()) === undefined) {
    throw new ApiError(400, '21000', verbatim(`${command} requires a WHERE clause`), {
      hint: verbatim('Add a filter on a column, such as ?id=eq.<id>.'),
    })
  }
  return (params) => `${isTimed ? `${ROW_IN_TIME} and ` : ''}${build(params)!}`
}

async function updateAlike(
  connection: Connection,
  request: TableRequest,
  { names, text }: StoredRows,
  buildCondition: BuildCondition,
): Promise<Written> {
  const params = createParams()
  const columns = findStored(request.scope.relation, names)
  const source = buildRowSource(columns, text, request.preferences.missing === 'default', params)
  const update = buildUpdate(columns, source, buildCondition(params), request.scope)
  return await runChange(connection, request, update, params)
}

async function updateByRule(
  connection: Connection,
  request: TableRequest,
  change: StoredRows,
  buildFilter: BuildCondition,
): Promise<Written> {
  const { scope, rules, principal } = request
  const key = findSingleKey(scope)
  const ids = await lockRows(connection, scope, key, buildFilter)
  const revealOnce: RevealOnce = (id, fields) => request.oneTimeFields.set(id, fields)
  const changes = await rules.beforeUpdate?.(connection, change.rows[0]!, ids, principal, revealOnce)
  requireShown(request)
  if (changes === undefined) {
    return await updateAlike(connection, request, change, (params) =>
      buildKeyCondition(scope, key, ids, params),
    )
  }
  return await showRowsByKey(connection, request, key, await updateEach(connection, scope, changes))
}

/** Makes a change to each of the rows. @returns the keys of those that were changed */
export async function updateEach(
  connection: Connection,
  scope: Scope,
  changes: ReadonlyMap<string, JsonObject>,
): Promise<string[]> {
  const updated: string[] = []
  for (const group of groupByNames(changes)) {
    updated.push(...(await updateGroup(connection, scope, findSingleKey(scope), group)))
  }
  return updated
}

export function findSingleKey({ relation }: Scope): string {
  const [key, ...others] = relation.primaryKey
  if (key === undefined || others.length > 0)
    throw new Error(`${relation.name} has no single key to lock rows by`)
  return key
}

async function lockRows(
  connection: Connection,
  scope: Scope,
  key: string,
  buildFilter: BuildCondition,
): Promise<string[]> {
  const params = createParams()
  const alias = quoteIdentifier(scope.alias)
  // Locks rows in a fixed order, so that two requests for the same rows cannot deadlock.
  const { rows } = await connection.query<{ key: string }>(
    `select ${buildColumn(scope, key)}::text as key from ${scope.relation.sql} as ${alias} ` +
      `where ${buildFilter(params)} order by ${buildColumn(scope, key)} for update of ${alias}`,
    params.values,
  )
  return rows.map((row) => row.key)
}

function buildKeyCondition(scope: Scope, key: string, ids: readonly string[], params: Params): string {
  return `${buildColumn(scope, key)} = any(${params.add(textArray(ids))})`
}

interface Group {
  names: readonly string[]
  changes: { key: string; change: JsonObject }[]
}

/** Groups changes by their columns, because one statement sets the same columns of all its rows. */
function groupByNames(changes: ReadonlyMap<string, JsonObject>): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const [key, change] of changes) {
    const names = replaceRows([change]).names.toSorted()
    if (names.length === 0) continue
    const signature = JSON.stringify(names)
    const group = groups.get(signature) ?? { names, changes: [] }
    group.changes.push({ key, change })
    groups.set(signature, group)
  }
  return groups.values()
}

async function updateGroup(
  connection: Connection,
  scope: Scope,
  key: string,
  { names, changes }: Group,
): Promise<string[]> {
  const params = createParams()
  const columns = findStored(scope.relation, names)
  const [keyColumn] = findStored(scope.relation, [key])
  const definition = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(', ')
  const source = {
    from:
      `json_to_recordset(${params.add(JSON.stringify(changes))}) as k(key ${keyColumn!.type}, change json) ` +
      `cross join lateral json_to_record(k.change) as b(${definition})`,
    values: columns.map(({ name }) => `b.${quoteIdentifier(name)}`),
  }
  const update = buildUpdate(columns, source, `${buildColumn(scope, key)} = k.key`, scope)
  const { rows } = await connection.query<{ key: string }>(
    `${update} returning ${buildColumn(scope, key)}::text as key`,
    params.values,
  )
  return rows.map((row) => row.key)
}
