import type { Logger } from 'pino'
import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection, Database, Transaction } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { isRefusal, isTimeout } from '../../database/input-fault.ts'
import type { ParamsOf, RowOf } from '../../database/statement.ts'
import type { ExistingRow, ExistingScope, ExistingTable } from '../../capture/existing-rows.ts'
import { findExistingTables, findKeys, readExisting, UnreadableTable } from '../../capture/existing-rows.ts'
import { messageOf } from '../../domain/errors.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { newId } from '../../domain/ids.ts'
import { pinShape } from '../../domain/shapes/shape.ts'
import { readRecordId } from '../../domain/record-id.ts'
import { lockOutbox } from '../../pipeline/relay/outbox.ts'
import { readSubscription } from '../bulk-retry/missed-events.ts'
import { chooseRecords, isChosen } from './choose-records.ts'
import {
  advanceSync,
  beginSync,
  cancelSyncs,
  finishSyncs,
  hasOpenSync,
  isPreceded,
  keepToOne,
  keyWaiting,
  lastOutboxId,
  lockSync,
  pauseSync,
  pickSync,
  settleSyncs,
  writeExisting,
} from './sql/statements.generated.ts'

/** Deliveries of a sync that wait for their first attempt: what an endpoint sends within a moment. */
const WINDOW = 400
/** Deliveries of a sync that have not ended: with more than these retried, it waits for the endpoint. */
const MOST_OPEN = 2_000
/** Records in a transaction: relays wait for its end. */
const CHUNK = 100
const SETTLED_AT_ONCE = 2_000
const KEYED_AT_ONCE = 1_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
/** How long a sync waits for events from before it that are stuck. */
const PATIENCE_MS = 120_000
/** Faults that are not of a row: privileges, names that no longer exist, a search that takes too long. */
const OF_THE_TABLE = /^(?:3D|3F|42|57014$)/
const MAY_NOT_READ = '42501'

type Sync = RowOf<typeof pickSync>

/**
 * `read`: records were queued and there may be more; `sending`: some of them were sent; `waiting`: for the endpoint, or for earlier
 * events; `idle`: there is no sync.
 */
export type SyncProgress = 'read' | 'sending' | 'waiting' | 'idle'

/** Goes on with one sync, and ends those that are over. */
export async function syncBatch(database: Database, log: Logger): Promise<SyncProgress> {
  const { rows: open } = await database.query(...hasOpenSync())
  if (open[0]?.is_open !== true) return 'idle'
  const settled = await database.query(...settleSyncs({ limit: SETTLED_AT_ONCE }))
  const pace = settled.rowCount > 0 ? 'sending' : 'waiting'
  await database.query(...cancelSyncs({ limit: SETTLED_AT_ONCE }))
  await database.query(...finishSyncs())
  const { rows } = await database.query(...pickSync({ window: WINDOW, most: MOST_OPEN }))
  const [sync] = rows
  if (sync === undefined || !(await isReady(database, sync))) return pace
  try {
    await readNext(database, sync)
    return 'read'
  } catch (error) {
    if (!isOfTheTable(error)) throw error
    log.error({ sync_id: sync.id, record: sync.record, error: messageOf(error) }, 'a sync is paused')
    await database.query(...pauseSync({ id: sync.id, reason: pauseReason(error) }))
    return 'waiting'
  }
}

function pauseReason(error: unknown): Said {
  if (isTimeout(error)) return phrase('sync.slow')
  if (isDatabaseError(error) && error.code === MAY_NOT_READ) return phrase('sync.mayNotRead')
  return phrase('sync.otherMap')
}

const isOfTheTable = (error: unknown): boolean =>
  error instanceof UnreadableTable || (isDatabaseError(error) && OF_THE_TABLE.test(error.code))

/** Everything from before the sync has been sent, or stands in the queue with a turn. */
async function isReady(database: Database, sync: Sync): Promise<boolean> {
  const { id, organization_id, begins_after } = sync
  if (sync.after_capture !== '') return true
  if (begins_after === null) {
    await database.query(...beginSync({ id }))
    return false
  }
  const { rows } = await database.query(
    ...isPreceded({
      id,
      organizationId: organization_id,
      beginsAfter: begins_after,
      patienceMs: PATIENCE_MS,
    }),
  )
  if (rows[0]?.is_so === true) return false
  await keyAll(database, sync)
  return true
}

/** In small transactions: an endpoint that is down may have many deliveries waiting. */
async function keyAll(database: Database, { webhook_id: webhookId }: Sync): Promise<void> {
  for (let after: string | null = FIRST_ID; after !== null;) {
    const from: string = after
    after = await database.transaction(async (transaction) => {
      lockOutbox(transaction)
      const { rows } = await transaction.query(
        ...keyWaiting({ webhookId, after: from, limit: KEYED_AT_ONCE }),
      )
      return rows[0]?.last ?? null
    })
  }
}

async function readNext(database: Database, sync: Sync): Promise<void> {
  const scope: ExistingScope = {
    // A check of the function allows no others.
    record: sync.record as RecordName,
    organizationId: sync.organization_id,
    since: sync.since,
  }
  const tables = await findExistingTables(database, scope)
  const at = tables.findIndex(({ table }) => table.id >= sync.after_capture)
  const existing = tables[at]
  if (existing === undefined) return await endReading(database, sync)
  const isSame = existing.table.id === sync.after_capture
  const after = isSame ? sync.after_key : []
  const limit = Math.max(CHUNK, WINDOW - sync.waiting)
  const keys = await findKeys(database, existing, scope, after, limit)
  let place: Place = { capture: sync.after_capture, key: sync.after_key }
  for (let from = 0; from < keys.length; from += CHUNK) {
    const part = keys.slice(from, from + CHUNK)
    const moved = await sendOrSplit(database, { sync, existing, scope }, place, part)
    if (moved === undefined) return
    place = moved
  }
  if (keys.length === limit) return
  const next = tables[at + 1]
  if (next === undefined) return await endReading(database, sync, place)
  await database.transaction(async (transaction) => {
    if (await lock(transaction, sync, place))
      await advance(transaction, sync, { capture: next.table.id, key: [] })
  })
}

/** The last row that was read. */
interface Place {
  capture: string
  key: readonly string[]
}

async function endReading(
  database: Database,
  sync: Sync,
  place: Place = { capture: sync.after_capture, key: sync.after_key },
): Promise<void> {
  await database.transaction(async (transaction) => {
    if (await lock(transaction, sync, place)) await advance(transaction, sync, place, { isRead: true })
  })
}

interface Reading {
  sync: Sync
  existing: ExistingTable
  scope: ExistingScope
}

/** Sends records. One that the database refuses does not affect the others. @returns undefined if the sync was stopped */
async function sendOrSplit(
  database: Database,
  reading: Reading,
  place: Place,
  keys: readonly (readonly string[])[],
): Promise<Place | undefined> {
  try {
    return await send(database, reading, place, keys)
  } catch (error) {
    if (isOfTheTable(error) || !isRefusal(error, error)) throw error
    if (keys.length === 1) return await skip(database, reading, place, keys[0]!)
    const half = Math.ceil(keys.length / 2)
    const moved = await sendOrSplit(database, reading, place, keys.slice(0, half))
    return moved && (await sendOrSplit(database, reading, moved, keys.slice(half)))
  }
}

async function send(
  database: Database,
  { sync, existing, scope }: Reading,
  place: Place,
  keys: readonly (readonly string[])[],
): Promise<Place | undefined> {
  const next = { capture: existing.table.id, key: keys.at(-1)! }
  const looked = await look(database, { sync, existing, scope }, keys)
  return await database.transaction(async (transaction) => {
    // No event is matched until the end: a change that was matched before is in the rows, and one that comes later stands behind.
    lockOutbox(transaction)
    if (!(await lock(transaction, sync, place))) return undefined
    const rows = await readExisting(transaction, existing, scope, keys)
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
  database: Database,
  { sync, existing, scope }: Reading,
  keys: readonly (readonly string[])[],
): Promise<Looked> {
  const subscription = await readSubscription(database, sync.webhook_id)
  if (subscription === undefined) return { choose: () => false, shape: null }
  const rules = { subscription, filter: sync.filter }
  const rows = await database.transaction((connection) => readExisting(connection, existing, scope, keys))
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

async function lock(connection: Connection, { id }: Sync, { capture, key }: Place): Promise<boolean> {
  const { rows } = await connection.query(
    ...lockSync({ id, afterCapture: capture, afterKey: textArray(key) }),
  )
  return rows.length > 0
}

type Advance = ParamsOf<typeof advanceSync>

async function advance(
  connection: Connection,
  { id }: Sync,
  { capture, key }: Place,
  { isRead = false, failed = 0 }: Partial<Pick<Advance, 'isRead' | 'failed'>> = {},
): Promise<void> {
  await connection.query(
    ...advanceSync({ id, afterCapture: capture, afterKey: textArray(key), isRead, failed }),
  )
}
