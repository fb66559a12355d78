import { textArray } from '../database/array-literal.ts'
import type { Connection, Database } from '../database/database.ts'
import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import type { ExistingType } from '../domain/event-types/existing-types.ts'
import { EXISTING_TYPES } from '../domain/event-types/existing-types.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import { dataSql, SETTINGS } from './capture-sql.ts'
import type { CapturedTable } from './captured-table.ts'
import { relationName } from './captured-table.ts'
import { writtenRow } from './event-select.ts'
import type { RowSql } from './event-rules.ts'
import { findCapturedTables } from './find-captured-tables.ts'
import { changeTimeSql } from './recapture-conditions.ts'

/** How long the CRM's database may search for the next rows of an organization. */
const SEARCH_TIMEOUT_MS = 30_000
/** How long it may read rows by their keys. */
const READ_TIMEOUT_MS = 5_000

const always = (): string => 'true'
const SENT = `('sent', 'delivered', 'read')`

/** The records that an event tells about. */
const CONDITIONS: Readonly<Record<ExistingType, (row: RowSql) => string>> = {
  'contact.created': always,
  'deal.created': always,
  'conversation.created': always,
  'message.received': (row) => `${row.value('direction')} = 'inbound'`,
  'message.sent': (row) => `${row.value('direction')} = 'outbound' and ${row.value('status')} in ${SENT}`,
  'zoom.recording.completed': (row) =>
    `${row.has('provider') ? `${row.value('provider')} = 'zoom' and ` : ''}${row.value('recording_status')} = 'completed'`,
}

/** The records of one organization that are of interest. */
export interface ExistingScope {
  record: RecordName
  organizationId: string
  /** Only those that changed since then; null: all. */
  since: string | null
}

/** A table with the types of its key. */
export interface ExistingTable {
  table: CapturedTable
  keyTypes: readonly string[]
}

export interface ExistingRow {
  key: string[]
  event: string
  /** JSON text. */
  data: string
}

/** No row of the table can be named, or the time of its changes is not known. `code` is that of what the API says. */
export class UnreadableTable extends Error {
  override readonly name = 'UnreadableTable'
  readonly code: 'error.noRecordKey' | 'error.noRecordTime'

  constructor(table: CapturedTable, code: UnreadableTable['code']) {
    super(`${relationName(table)}: ${code}`)
    this.code = code
  }
}

/**
 * Finds the captured tables of a record, in the order of their captures.
 * @throws UnreadableTable
 */
export async function findExistingTables(
  database: Database,
  { record, since }: Pick<ExistingScope, 'record' | 'since'>,
): Promise<ExistingTable[]> {
  const { tables } = await findCapturedTables(database, undefined)
  const wanted = tables.filter((table) => table.record === record).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const found: ExistingTable[] = []
  for (const table of wanted) {
    if (table.key.length === 0) throw new UnreadableTable(table, 'error.noRecordKey')
    if (since !== null && changeTimeSql(table) === undefined)
      throw new UnreadableTable(table, 'error.noRecordTime')
    found.push({ table, keyTypes: await readKeyTypes(database, table) })
  }
  return found
}

async function readKeyTypes(connection: Connection, table: CapturedTable): Promise<string[]> {
  const { rows } = await connection.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type
     from pg_attribute where attrelid = $1::regclass and attname = any ($2::text[]) and attnum > 0 and not attisdropped`,
    [relationName(table), textArray(table.key)],
  )
  return table.key.map((name) => rows.find((row) => row.name === name)?.type ?? 'text')
}

/** Reads with the settings of captures, so that values look as in events, and for a bounded time. Changes nothing. */
async function setUp(connection: Connection, timeoutMs: number): Promise<void> {
  const settings = SETTINGS.filter((setting) => !/^(lock_timeout|enable_nestloop)/.test(setting))
  await connection.execute(
    [`set local statement_timeout = ${timeoutMs}`, ...settings.map((setting) => `set local ${setting}`)].join(
      ';\n',
    ),
  )
}

const keyOf = (alias: string, { key }: CapturedTable): string[] =>
  key.map((name) => `${alias}.${quoteIdentifier(name)}`)

function conditions({ table }: ExistingTable, { record, organizationId, since }: ExistingScope): string[] {
  const row = writtenRow(table, 'insert')
  const time = changeTimeSql(table)
  return [
    `${table.organization.expression} = ${quoteLiteral(organizationId)}::uuid`,
    ...(table.where === undefined ? [] : [table.where('n')]),
    ...(since === null || time === undefined ? [] : [`${time} >= ${quoteLiteral(since)}::timestamptz`]),
    `(${EXISTING_TYPES[record].map((type) => `(${CONDITIONS[type](row)})`).join(' or ')})`,
  ]
}

/** Finds the keys of the next rows, in their order. `after`: the last key before them; empty: from the start. */
export async function findKeys(
  database: Database,
  existing: ExistingTable,
  scope: ExistingScope,
  after: readonly string[],
  limit: number,
): Promise<string[][]> {
  const { table, keyTypes } = existing
  const key = keyOf('n', table)
  const from = keyTypes.map((type, index) => `($1::text[])[${index + 1}]::${type}`)
  const isAfter = after.length === 0 ? [] : [`(${key.join(', ')}) > (${from.join(', ')})`]
  return await database.transaction(async (connection) => {
    await setUp(connection, SEARCH_TIMEOUT_MS)
    const { rows } = await connection.query<{ key: string[] }>(
      `select array[${key.map((column) => `${column}::text`).join(', ')}] as key
       from ${relationName(table)} as n ${table.organization.joins}
       where ${[...conditions(existing, scope), ...isAfter].join('\n and ')}
       order by ${key.join(', ')} limit ${limit}`,
      after.length === 0 ? [] : [textArray(after)],
    )
    return rows.map((row) => row.key)
  })
}

/** Reads rows by their keys as they are now; those that are gone or no longer of interest are left out. */
export async function readExisting(
  connection: Connection,
  existing: ExistingTable,
  scope: ExistingScope,
  keys: readonly (readonly string[])[],
): Promise<ExistingRow[]> {
  const { table, keyTypes } = existing
  await setUp(connection, READ_TIMEOUT_MS)
  const row = writtenRow(table, 'insert')
  const events = EXISTING_TYPES[scope.record].map(
    (type) => `when ${CONDITIONS[type](row)} then ${quoteLiteral(type)}`,
  )
  const names = keyTypes.map((_, index) => `k${index + 1}`)
  const columns = keyOf('n', table)
  const { rows } = await connection.query<ExistingRow>(
    `select array[${columns.map((column) => `${column}::text`).join(', ')}] as key, case ${events.join(' ')} end as event,
       (${dataSql(table)})::text as data
     from unnest(${keyTypes.map((_, index) => `$${index + 1}::text[]`).join(', ')}) with ordinality as given (${names.join(', ')}, nth)
     join ${relationName(table)} as n on ${columns.map((column, index) => `${column} = given.${names[index]}::${keyTypes[index]}`).join(' and ')}
     ${table.organization.joins}
     where ${conditions(existing, scope).join('\n and ')}
     order by given.nth`,
    keyTypes.map((_, index) => textArray(keys.map((key) => key[index]!))),
  )
  return rows
}

/** Counts records; undefined: there are more than `most`, or counting takes too long. */
export async function countExisting(
  database: Database,
  tables: readonly ExistingTable[],
  scope: ExistingScope,
  most: number,
): Promise<number> {
  let count = 0
  for (const existing of tables) {
    const { rows } = await database.transaction(async (connection) => {
      await setUp(connection, READ_TIMEOUT_MS)
      return await connection.query<{ count: number }>(
        `select count(*)::integer as count from (
           select from ${relationName(existing.table)} as n ${existing.table.organization.joins}
           where ${conditions(existing, scope).join('\n and ')} limit ${most}
         ) as counted`,
      )
    })
    count += rows[0]?.count ?? 0
  }
  return count
}
