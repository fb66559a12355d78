import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection, Database, Transaction } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import type { ParamsOf, RowOf } from '../../database/statement.ts'
import type { ExistingRow, ExistingScope, ExistingTable } from '../../capture/existing-rows.ts'
import { readExisting, UnreadableTable } from '../../capture/existing-rows.ts'
import { newId } from '../../domain/ids.ts'
import { readRecordId } from '../../domain/record-id.ts'
import { pinShape } from '../../domain/shapes/shape.ts'
import { lockOutbox } from '../../pipeline/outbox/outbox.ts'
import { readSubscription } from '../bulk-retry/missed-events.ts'
import { chooseRecords, isChosen } from './choose-records.ts'
import type { pickSync } from './sql/statements.generated.ts'
import { advanceSync, keepToOne, lastOutboxId, lockSync, writeExisting } from './sql/statements.generated.ts'

/** Faults that are not of a row: privileges, names that no longer exist, a search that takes too long. */
const OF_THE_TABLE = /^(?:3D|3F|42|57014$)/

export const isOfTheTable = (error: unknown): boolean =>
  error instanceof UnreadableTable || (isDatabaseError(error) && OF_THE_TABLE.test(error.code))

/** A row of `webhook_syncs` that is being worked on. */
export type Sync = RowOf<typeof pickSync>

/** The last row that was read. */
export interface Place {
  capture: string
  key: readonly string[]
}

export interface Reading {
  sync: Sync
  existing: ExistingTable
  scope: ExistingScope
}

/** The records are in the database of the CRM, which may be the same one. */
export interface SyncDatabases {
  database: Database
  crm: Database
}

/** Sends records. One that the database refuses does not affect the others. @returns undefined if the sync was stopped */
export async function sendOrSplit(
  databases: SyncDatabases,
  reading: Reading,
  place: Place,
  keys: readonly (readonly string[])[],
): Promise<Place | undefined> {
  try {
    return await send(databases, reading, place, keys)
  } catch (error) {
    if (isOfTheTable(error) || !isRefusal(error, error)) throw error
    if (keys.length === 1) return await skip(databases.database, reading, place, keys[0]!)
    const half = Math.ceil(keys.length / 2)
    const moved = await sendOrSplit(databases, reading, place, keys.slice(0, half))
    return moved && (await sendOrSplit(databases, reading, moved, keys.slice(half)))
  }
}

async function send(
  databases: SyncDatabases,
  { sync, existing, scope }: Reading,
  place: Place,
  keys: readonly (readonly string[])[],
): Promise<Place | undefined> {
  const next = { capture: existing.table.id, key: keys.at(-1)! }
  const { database, crm } = databases
  const looked = await look(databases, { sync, existing, scope }, keys)
  return await database.transaction(async (transaction) => {
    // No event is matched until the end: a change that was matched before is in the rows, and one that comes later stands behind.
    lockOutbox(transaction)
    if (!(await lock(transaction, sync, place))) return undefined
    // Another database shows all that is committed, too, and what is matched until the end was committed there before.
    const rows =
      crm === database
        ? await readExisting(transaction, existing, scope, keys)
        : await crm.transaction((connection) => readExisting(connection, existing, scope, keys))
    const chosen = rows.filter((row) => looked.choose(row))
    if (chosen.length > 0) await write(transaction, sync, chosen, looked.shape)
    await advance(transaction, sync, next)
    return next
  })
}

/** What was decided about records before the lock is held, and is decided again only for those that changed meanwhile. */
interface Looked {
  choose(row: ExistingRow): boolean
  shape: string | null
}

async function look(
  { database, crm }: SyncDatabases,
  { sync, existing, scope }: Reading,
  keys: readonly (readonly string[])[],
): Promise<Looked> {
  const subscription = await readSubscription(database, sync.webhook_id)
  if (subscription === undefined) return { choose: () => false, shape: null }
  const rules = { subscription, filter: sync.filter }
  const rows = await crm.transaction((connection) => readExisting(connection, existing, scope, keys))
  const { chosen } = await chooseRecords(rows, rules)
  const known = new Map(rows.map((row) => [row.key.join('\0'), row.data]))
  const wanted = new Set(chosen.map((row) => row.key.join('\0')))
  return {
    choose(row) {
      const key = row.key.join('\0')
      return known.get(key) === row.data ? wanted.has(key) : isChosen(row, rules).isChosen
    },
    shape: pinShape(subscription.shape),
  }
}

async function write(
  transaction: Transaction,
  sync: Sync,
  rows: readonly ExistingRow[],
  shape: string | null,
): Promise<void> {
  const eventIds = plainArray(rows.map(() => newId()))
  const last = await transaction.query(...lastOutboxId())
  await transaction.query(
    ...writeExisting({
      syncId: sync.id,
      organizationId: sync.organization_id,
      webhookId: sync.webhook_id,
      shape,
      eventIds,
      deliveryIds: plainArray(rows.map(() => newId())),
      events: textArray(rows.map(({ event }) => event)),
      data: textArray(rows.map(({ data }) => data)),
      recordIds: textArray(rows.map(({ data }) => readRecordId(`{"data":${data}}`))),
    }),
  )
  await transaction.query(...keepToOne({ after: last.rows[0]!.id, eventIds }))
}

/** Counts a record that cannot be sent as failed. */
async function skip(
  database: Database,
  { sync, existing }: Reading,
  place: Place,
  key: readonly string[],
): Promise<Place | undefined> {
  const next = { capture: existing.table.id, key }
  return await database.transaction(async (transaction) => {
    if (!(await lock(transaction, sync, place))) return undefined
    await advance(transaction, sync, next, { failed: 1 })
    return next
  })
}

export async function lock(connection: Connection, { id }: Sync, { capture, key }: Place): Promise<boolean> {
  const { rows } = await connection.query(
    ...lockSync({ id, afterCapture: capture, afterKey: textArray(key) }),
  )
  return rows.length > 0
}

type Advance = ParamsOf<typeof advanceSync>

export async function advance(
  connection: Connection,
  { id }: Sync,
  { capture, key }: Place,
  { isRead = false, failed = 0 }: Partial<Pick<Advance, 'isRead' | 'failed'>> = {},
): Promise<void> {
  await connection.query(
    ...advanceSync({ id, afterCapture: capture, afterKey: textArray(key), isRead, failed }),
  )
}
