import type { Logger } from 'pino'
import type { ExistingScope } from '../../capture/existing-rows.ts'
import { findExistingTables, findKeys } from '../../capture/existing-rows.ts'
import type { Database } from '../../database/database.ts'
import { isDatabaseError } from '../../database/database.ts'
import { isTimeout } from '../../database/input-fault.ts'
import { messageOf } from '../../domain/errors.ts'
import type { RecordName } from '../../domain/event-types/records.ts'
import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { lockOutbox } from '../../pipeline/outbox/outbox.ts'
import type { HasPassed } from '../has-passed.ts'
import { ALWAYS_PASSED } from '../has-passed.ts'
import type { Place, Sync, SyncDatabases } from './send-records.ts'
import { advance, isOfTheTable, lock, sendOrSplit } from './send-records.ts'
import {
  beginSync,
  cancelSyncs,
  finishSyncs,
  hasOpenSync,
  isPreceded,
  keyWaiting,
  lastWaitingId,
  mayWait,
  pauseSync,
  pickSync,
  postponeSync,
  settleSyncs,
} from './sql/statements.generated.ts'

/** Deliveries of a sync that wait for their first attempt: what an endpoint sends within a moment. */
const WINDOW = 400
/** Deliveries of a sync that have not ended: with more than these retried, it waits for the endpoint. */
const MAX_OPEN = 2_000
/** Records in a transaction: relays wait for its end. */
const CHUNK = 100
const SETTLED_AT_ONCE = 2_000
const KEYED_AT_ONCE = 1_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
/** How long a sync waits for events from before it that are stuck. */
const MAX_WAIT_MS = 120_000
const MAY_NOT_READ = '42501'

/**
 * `read`: records were queued and there may be more; `sending`: some of them were sent; `waiting`: for the endpoint, or for earlier
 * events; `idle`: there is no sync.
 */
export type SyncProgress = 'read' | 'sending' | 'waiting' | 'idle'

/** Goes on with one sync, and ends those that are over. */
export async function syncBatch(
  databases: SyncDatabases,
  log: Logger,
  hasPassed: HasPassed = ALWAYS_PASSED,
): Promise<SyncProgress> {
  const { database } = databases
  const { rows: open } = await database.query(...hasOpenSync())
  if (open[0]?.is_open !== true) return 'idle'
  const settled = await database.query(...settleSyncs({ limit: SETTLED_AT_ONCE }))
  const pace = settled.rowCount > 0 ? 'sending' : 'waiting'
  await database.query(...cancelSyncs({ limit: SETTLED_AT_ONCE }))
  await database.query(...finishSyncs())
  const { rows } = await database.query(...pickSync({ window: WINDOW, maxOpen: MAX_OPEN }))
  const [sync] = rows
  if (sync === undefined || !(await isReady(databases, sync, hasPassed))) return pace
  try {
    await readNext(databases, sync)
    return 'read'
  } catch (error) {
    await stop(database, log, sync, error)
    return 'waiting'
  }
}

/** A fault of its records pauses a sync. Any other may pass, and must not keep others waiting. */
async function stop(database: Database, log: Logger, { id, record }: Sync, error: unknown): Promise<void> {
  const fault = { sync_id: id, record, error: messageOf(error) }
  if (isOfTheTable(error)) {
    log.error(fault, 'a sync is paused')
    await database.query(...pauseSync({ id, reason: pauseReason(error) }))
  } else {
    log.warn(fault, 'a sync is postponed')
    await database.query(...postponeSync({ id }))
  }
}

function pauseReason(error: unknown): Said {
  if (isTimeout(error)) return phrase('sync.slow')
  if (isDatabaseError(error) && error.code === MAY_NOT_READ) return phrase('sync.mayNotRead')
  return phrase('sync.otherMap')
}

/** Everything from before the sync has been sent, or stands in the queue with a turn. */
async function isReady({ database, crm }: SyncDatabases, sync: Sync, hasPassed: HasPassed): Promise<boolean> {
  const { id, organization_id, begins_after } = sync
  if (sync.after_capture !== '') return true
  if (begins_after === null) {
    const { rows } = await crm.query(...lastWaitingId())
    await database.query(...beginSync({ id, beginsAfter: rows[0]!.id }))
    return false
  }
  const { rows } = await crm.query(
    ...isPreceded({ organizationId: organization_id, beginsAfter: begins_after }),
  )
  if (rows[0]!.is_so || !(await hasPassed(id, organization_id))) {
    const { rows: waits } = await database.query(...mayWait({ id, maxWaitMs: MAX_WAIT_MS }))
    if (waits[0]?.is_so === true) return false
  }
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

async function readNext(databases: SyncDatabases, sync: Sync): Promise<void> {
  const { database, crm } = databases
  const scope: ExistingScope = {
    // A check of the table allows no others.
    record: sync.record as RecordName,
    organizationId: sync.organization_id,
    since: sync.since,
  }
  const tables = await findExistingTables(crm, scope)
  const at = tables.findIndex(({ table }) => table.id >= sync.after_capture)
  const existing = tables[at]
  if (existing === undefined) return await endReading(database, sync)
  const isSame = existing.table.id === sync.after_capture
  const after = isSame ? sync.after_key : []
  const limit = Math.max(CHUNK, WINDOW - sync.waiting)
  const keys = await findKeys(crm, existing, scope, after, limit)
  let place: Place = { capture: sync.after_capture, key: sync.after_key }
  for (let from = 0; from < keys.length; from += CHUNK) {
    const part = keys.slice(from, from + CHUNK)
    const moved = await sendOrSplit(databases, { sync, existing, scope }, place, part)
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

async function endReading(
  database: Database,
  sync: Sync,
  place: Place = { capture: sync.after_capture, key: sync.after_key },
): Promise<void> {
  await database.transaction(async (transaction) => {
    if (await lock(transaction, sync, place)) await advance(transaction, sync, place, { isRead: true })
  })
}
