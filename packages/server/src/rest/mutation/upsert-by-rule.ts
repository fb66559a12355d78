import { verbatim } from '../../domain/messages/phrase.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildColumn } from '../query/build-field.ts'
import type { Scope } from '../query/scope.ts'
import { createParams, quoteIdentifier } from '../query/sql-text.ts'
import type { JsonObject } from '../request/json.ts'
import { placeInRequest } from '../request/row-place.ts'
import { requireShown } from '../request/table-request.ts'
import type { TableRequest } from '../request/table-request.ts'
import type { RevealOnce } from '../schema-cache/table-rules.ts'
import { buildInsert, buildRowSource, findStored } from './build-write.ts'
import { requireOwnIds } from './own-ids.ts'
import { showRowsByKey } from './run-write.ts'
import type { Written } from './run-write.ts'
import { findSingleKey, updateEach } from './update-rows.ts'
import { replaceRows } from './writable-columns.ts'
import type { StoredRows } from './writable-columns.ts'

/** A stored row that a posted one is merged into. */
interface Found {
  key: string
  /** Posted columns that have this value already, of those that usually cannot change. */
  same: readonly string[]
}

/**
 * Merges rows into a table whose rules store other values than the posted ones, such as sealed secrets: ON CONFLICT DO
 * UPDATE would need SELECT on them, and each is bound to the id of its row. Rows that exist are changed by the rule for changes,
 * and the others inserted by the rule for inserts. If another request inserts one of them in between, the insert fails with
 * 23505, and the transaction is run again.
 */
export async function upsertByRule(
  connection: Connection,
  request: TableRequest,
  posted: StoredRows,
  target: readonly string[],
): Promise<Written> {
  const { scope } = request
  requireUnique(scope, target)
  const revealOnce: RevealOnce = (id, fields) => request.oneTimeFields.set(id, fields)
  const found = await lockFound(connection, scope, posted, target)
  const placing =
    (places: readonly number[]) =>
    (thrown: unknown): never => {
      throw placeInRequest(thrown, places, posted.rows.length)
    }
  const changes = new Map<string, JsonObject>()
  for (const [place, { key, same }] of found) {
    const change = omit(posted.rows[place]!, [...target, ...same])
    const changed = changeRow(connection, request, { key, change }, revealOnce).catch(placing([place]))
    for (const one of await changed) changes.set(...one)
  }
  const places = [...posted.rows.keys()].filter((place) => !found.has(place))
  const added = places.map((place) => posted.rows[place]!)
  const inserted = await insertAdded(connection, request, added, revealOnce).catch(placing(places))
  requireShown(request)
  const updated = await updateEach(connection, scope, changes)
  if (updated.length < changes.size) throw refuseMerge(scope.relation.name)
  const next = inserted.values()
  const keys = posted.rows.map((_, place) => found.get(place)?.key ?? next.next().value!)
  return { ...(await showRowsByKey(connection, request, findSingleKey(scope), keys)), updated: found.size }
}

function requireUnique({ relation }: Scope, target: readonly string[]): void {
  const isTarget = (key: readonly string[]): boolean =>
    key.length === target.length && key.every((name) => target.includes(name))
  if (!relation.uniqueKeys.some(isTarget)) throw refuseTarget()
}

async function lockFound(
  connection: Connection,
  scope: Scope,
  posted: StoredRows,
  target: readonly string[],
): Promise<Map<number, Found>> {
  const { relation, role } = scope
  const read = findStored(relation, posted.names)
  const fixed = read.filter(
    ({ name, baseType, privileges }) =>
      (baseType === 'uuid' || baseType === 'text') && !target.includes(name) && privileges[role].select,
  )
  const targets = findStored(relation, target)
  const names = [...targets, ...fixed].map(({ name }) => quoteIdentifier(name))
  const definition = [
    ...targets.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`),
    ...fixed.map(({ name }) => `${quoteIdentifier(name)} text`),
  ]
  const equal = target.map((name) => `${buildColumn(scope, name)} = p.${quoteIdentifier(name)}`)
  const same = fixed.map(
    ({ name, baseType }) =>
      `${buildColumn(scope, name)}::text is not distinct from ` +
      (baseType === 'uuid' ? `lower(p.${quoteIdentifier(name)})` : `p.${quoteIdentifier(name)}`),
  )
  const key = buildColumn(scope, findSingleKey(scope))
  const params = createParams()
  const { rows } = await connection.query<{ place: number; key: string; same: string }>(
    `select p.place::int as place, ${key}::text as key, json_build_array(${same.join(', ')})::text as same
     from rows from (json_to_recordset(${params.add(JSON.stringify(posted.rows))}) as (${definition.join(', ')}))
       with ordinality as p(${names.join(', ')}, place)
     join ${relation.sql} as ${quoteIdentifier(scope.alias)} on ${equal.join(' and ')}
     order by ${key} for update of ${quoteIdentifier(scope.alias)}`,
    params.values,
  )
  if (new Set(rows.map((row) => row.key)).size < rows.length) throw refuseTwice()
  return new Map(
    rows.map((row) => {
      const isSame = JSON.parse(row.same) as boolean[]
      return [
        row.place - 1,
        { key: row.key, same: fixed.filter((_, index) => isSame[index]).map(({ name }) => name) },
      ]
    }),
  )
}

async function changeRow(
  connection: Connection,
  { scope: { relation, role }, rules, principal }: TableRequest,
  { key, change }: { key: string; change: JsonObject },
  revealOnce: RevealOnce,
): Promise<Iterable<[string, JsonObject]>> {
  const names = Object.keys(change)
  if (names.length === 0) return []
  const isFixed = (name: string): boolean => {
    const privileges = relation.columns.get(name)?.privileges[role]
    return privileges?.update === false && privileges.select
  }
  if (names.some(isFixed)) throw refuseMerge(relation.name)
  return (await rules.beforeUpdate?.(connection, change, [key], principal, revealOnce)) ?? [[key, change]]
}

/** @returns the keys of the rows */
async function insertAdded(
  connection: Connection,
  request: TableRequest,
  added: readonly JsonObject[],
  revealOnce: RevealOnce,
): Promise<string[]> {
  if (added.length === 0) return []
  const { scope, rules, principal, preferences } = request
  const replaced = await rules.beforeInsert?.(connection, added, principal, revealOnce, JSON.stringify(added))
  await requireOwnIds(connection, request, added)
  const { names, text } = replaceRows(replaced ?? added)
  const columns = findStored(scope.relation, names)
  const params = createParams()
  const source = buildRowSource(columns, text, preferences.missing === 'default', params)
  const insert = buildInsert({ columns, source, onConflict: null }, scope)
  const { rows } = await connection.query<{ key: string }>(
    `${insert} returning ${buildColumn(scope, findSingleKey(scope))}::text as key`,
    params.values,
  )
  return rows.map(({ key }) => key)
}

const omit = (row: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))

const refuseTwice = (): ApiError =>
  new ApiError(400, '21000', verbatim('ON CONFLICT DO UPDATE command cannot affect row a second time'), {
    hint: verbatim('Give each row of the body its own key.'),
  })

export function refuseMerge(table: string): ApiError {
  return new ApiError(403, '42501', verbatim(`permission denied for table ${table}`), {
    details:
      'A stored row has a different value in a column that cannot be changed, or the row cannot be changed.',
  })
}

export const refuseTarget = (): ApiError =>
  new ApiError(
    400,
    '42P10',
    verbatim('there is no unique or exclusion constraint matching the ON CONFLICT specification'),
  )
