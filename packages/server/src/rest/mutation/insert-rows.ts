import { phrase, verbatim } from '../../domain/messages/phrase.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import { buildColumn } from '../query/build-field.ts'
import { buildInsert, buildRowSource, findStored } from './build-write.ts'
import type { OnConflict } from './build-write.ts'
import { readRows } from '../request/read-rows.ts'
import { findReadable, listColumns } from '../schema-cache/schema-cache.ts'
import type { Column } from '../schema-cache/schema.ts'
import { requireOwnIds } from './own-ids.ts'
import { runChange, showNothing, showRows } from './run-write.ts'
import type { Written } from './run-write.ts'
import { createParams, quoteIdentifier } from '../query/sql-text.ts'
import { buildReturned, requireShown } from '../request/table-request.ts'
import type { TableRequest } from '../request/table-request.ts'
import type { JsonObject } from '../request/json.ts'
import type { RevealOnce } from '../schema-cache/table-rules.ts'
import { refuseMerge, refuseTarget, upsertByRule } from './upsert-by-rule.ts'
import { checkWritable, replaceRows } from './writable-columns.ts'
import type { StoredRows } from './writable-columns.ts'

/** Checks everything that needs no database first, and returns the function that needs it. */
export function prepareInsert(request: TableRequest): (connection: Connection) => Promise<Written> {
  const { scope, preferences, rules, principal } = request
  const rows = readRows(request.body, scope.relation)
  requireSameKeys(request, rows.rows)
  const posted = checkWritable(request, rows, 'insert')
  const outputs =
    preferences.return === 'representation' ? buildReturned(request, createParams()).outputs : []
  const onConflict = chooseOnConflict(request)
  return async (connection) => {
    if (posted.rows.length === 0) return showNothing(request, outputs)
    if (
      onConflict?.action === 'merge' &&
      rules.beforeInsert !== undefined &&
      rules.beforeUpdate !== undefined
    )
      return await upsertByRule(connection, request, posted, onConflict.target)
    const revealOnce: RevealOnce = (key, fields) => request.oneTimeFields.set(key, fields)
    const replaced = await rules.beforeInsert?.(connection, posted.rows, principal, revealOnce, posted.text)
    requireShown(request)
    await requireOwnIds(connection, request, posted.rows)
    const stored = replaced === undefined ? posted : replaceRows(replaced)
    if (onConflict?.action === 'merge') requireMergeable(request, stored, posted)
    const written = await insertRows(connection, request, stored, onConflict)
    if (written.affected === stored.rows.length) return written
    if (onConflict?.action === 'merge') throw refuseMerge(scope.relation.name)
    return isIdempotent(request) ? await showStored(connection, request, stored) : written
  }
}

const isIdempotent = ({ rules }: TableRequest): boolean => rules.insert === 'idempotent'

function chooseOnConflict(request: TableRequest): OnConflict | null {
  const { scope, query, preferences } = request
  const { primaryKey } = scope.relation
  const target = query.onConflict ?? primaryKey
  for (const name of target) findReadable(scope.relation, scope.role, name)
  if (isIdempotent(request)) {
    // A caller who names the id means the primary key: its organization is the row's.
    if (target.some((name) => !primaryKey.includes(name)) || !target.includes('id')) throw refuseTarget()
    return { action: 'nothing', target: primaryKey }
  }
  if (preferences.resolution === null || target.length === 0) return null
  return { action: preferences.resolution === 'merge-duplicates' ? 'merge' : 'nothing', target }
}

async function insertRows(
  connection: Connection,
  request: TableRequest,
  stored: StoredRows,
  onConflict: OnConflict | null,
): Promise<Written> {
  const { scope, preferences } = request
  if (isIdempotent(request)) requireUniformKeys(request, stored)
  const named = findStored(scope.relation, stored.names)
  // Rows without any column get all defaults.
  const columns = named.length > 0 ? named : [findAnyInsertable(request)]
  const fillsDefaults = preferences.missing === 'default' || named.length === 0
  const params = createParams()
  const source = buildRowSource(columns, stored.text, fillsDefaults, params)
  return await runChange(connection, request, buildInsert({ columns, source, onConflict }, scope), params)
}

/**
 * A key that some rows lack would write null into them, and with `merge-duplicates` over a stored value. Rows of events may differ:
 * what they lack has its default.
 */
function requireSameKeys(request: TableRequest, rows: readonly JsonObject[]): void {
  const { query, preferences } = request
  if (query.columns !== null || preferences.missing !== null || isIdempotent(request)) return
  const first = Object.keys(rows[0] ?? {})
  for (const [index, row] of rows.entries()) {
    const lacking = first.find((key) => !Object.hasOwn(row, key))
    const added = Object.keys(row).find((key) => !first.includes(key))
    if (lacking === undefined && added === undefined) continue
    throw new ApiError(400, 'PGRST102', verbatim('All object keys must match'), {
      details:
        lacking === undefined
          ? `Row ${index} has '${added}', which row 0 lacks.`
          : `Row ${index} lacks '${lacking}', which row 0 has.`,
      hint: verbatim(
        'Give all rows the same keys, or list the columns with columns=, or send Prefer: missing=default.',
      ),
    })
  }
}

function findAnyInsertable({ scope }: TableRequest): Column {
  const insertable = listColumns(scope.relation, scope.role, 'insert')
  return insertable.find((column) => column.default !== null) ?? insertable[0]!
}

/** If some rows had a key and others not, the result could not tell them apart. */
function requireUniformKeys({ scope: { relation } }: TableRequest, { rows }: StoredRows): void {
  for (const key of relation.primaryKey) {
    const isGiven = (row: JsonObject): boolean => (row[key] ?? null) !== null
    const other = rows.findIndex((row) => isGiven(row) !== isGiven(rows[0]!))
    if (other === -1) continue
    const message = `Either all rows of an insert into ${relation.name} have '${key}' or none`
    throw new ApiError(400, 'PGRST102', verbatim(message), {
      details: `Row ${other} differs from row 0 in '${key}'.`,
      hint: verbatim(`Give '${key}' in each row or in none.`),
    })
  }
}

/**
 * ON CONFLICT DO UPDATE needs SELECT on its columns.
 * @param posted columns named by the caller, so that errors never name a column added by a rule
 */
function requireMergeable(
  { scope: { relation, role } }: TableRequest,
  { names }: StoredRows,
  posted: StoredRows,
): void {
  const hidden = names.filter((name) => relation.columns.get(name)?.privileges[role].select === false)
  if (hidden.length === 0) return
  const named = hidden.find((name) => posted.names.includes(name))
  const what = named === undefined ? `Rows of ${relation.name}` : `'${named}' of ${relation.name}`
  throw new ApiError(400, 'PGRST122', verbatim(`${what} cannot be written by an upsert`), {
    hint: verbatim('Insert the row, or change it with PATCH.'),
  })
}

/**
 * Returns the stored rows after an insert that repeated some of them. This needs a statement of its own: the insert
 * cannot see a row that another transaction has just committed.
 */
async function showStored(
  connection: Connection,
  request: TableRequest,
  stored: StoredRows,
): Promise<Written> {
  const { relation, alias } = request.scope
  const keys = relation.primaryKey
  const definition = findStored(relation, keys).map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
  const params = createParams()
  const posted =
    `rows from (json_to_recordset(${params.add(stored.text)}) as (${definition.join(', ')})) with ordinality ` +
    `as p(${keys.map(quoteIdentifier).join(', ')}, place)`
  const isStored = keys
    .map((name) => `${buildColumn(request.scope, name)} = p.${quoteIdentifier(name)}`)
    .join(' and ')
  const source = `${posted} join ${relation.sql} as ${quoteIdentifier(alias)} on ${isStored}`
  const { rows } = await connection.query<{ found: number }>(
    `select count(*)::int as found from ${source}`,
    params.values,
  )
  const affected = stored.rows.length
  if (rows[0]?.found !== affected) throw refuseDuplicate(relation.name, relation.primaryKey)
  return await showRows(connection, request, { source, order: 'p.place', affected }, params)
}

function refuseDuplicate(table: string, primaryKey: readonly string[]): ApiError {
  return new ApiError(409, '23505', phrase('row.duplicateKey', { table }), {
    details: primaryKey.filter((name) => name !== 'organization_id').join(', '),
    hint: phrase('hint.otherKey'),
  })
}
