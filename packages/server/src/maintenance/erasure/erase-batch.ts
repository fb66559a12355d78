import { textArray } from '../../database/array-literal.ts'
import type { Connection, Database } from '../../database/database.ts'
import { isRefusal } from '../../database/input-fault.ts'
import { tryInSavepoint } from '../../database/savepoint.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, smallerBatch } from '../../database/split.ts'
import { loadStatement } from '../../database/statement.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { recordFaults } from '../../pipeline/record/delivery-faults.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import { chooseEvents } from './choose-events.ts'
import type { EventRow } from './choose-events.ts'
import { eraseRest } from './erase-rest.ts'
import { TOO_MANY_WORDS } from './known-words.ts'
import { nextRow } from './next-row.ts'

const pickErasure = loadStatement(import.meta.url, 'pick-erasure')
const pageEvents = loadStatement(import.meta.url, 'page-events')
const cancelErased = loadStatement(import.meta.url, 'cancel-erased')
const eraseEvents = loadStatement(import.meta.url, 'erase-events')
const eraseTests = loadStatement(import.meta.url, 'erase-tests')
const advanceErasure = loadStatement(import.meta.url, 'advance-erasure')

/** Rows examined in one transaction; an event may have a hundred deliveries. */
const PAGE = { events: 100, tests: 500, rest: 1 }
const START = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** `waiting`: something to be erased is being sent at the moment. */
export type ErasureProgress = 'erased' | 'waiting' | 'idle'

interface Erasure {
  id: string
  organization_id: string
  record_id: string
  object: string | null
  phase: 'events' | 'tests' | 'rest'
  until: string
  after_created_at: string
  after_id: string
  related_ids: string[]
  terms: string[]
  /** The organization's events about the record so far. */
  events: number
}

interface Step {
  /** Undefined: the erasure is complete. */
  phase: Erasure['phase'] | undefined
  after: { createdAt: string; id: string }
  events?: number
  deliveries?: number
  others?: number
  /** What could not be erased, and why. */
  failed?: number
  reason?: string
}

/**
 * Runs one batch of the longest-waiting erasure, in one transaction with its position: a crash leaves the batch either
 * done or undone. Erasing twice changes nothing.
 */
export async function eraseBatch(
  database: Database,
  onFault: (fault: DeliveryFault) => void = () => {},
  splitter: Splitter = createSplitter(),
): Promise<ErasureProgress> {
  const { rows: running } = await database.query(
    `select from webhooks.webhook_erasures where status = 'running' limit 1`,
  )
  if (running.length === 0) return 'idle'
  return await splitter.attempt(
    () => erase(database, 1),
    (error) => eraseSmallerBatch(database, error, onFault),
  )
}

/** If one row makes a batch fail, runs smaller batches until that row is isolated and skipped. */
async function eraseSmallerBatch(
  database: Database,
  cause: unknown,
  onFault: (fault: DeliveryFault) => void,
): Promise<ErasureProgress> {
  for (let size = PAGE.tests; size > 1;) {
    size = smallerBatch(size, cause)
    try {
      return await erase(database, size / PAGE.tests)
    } catch (error) {
      if (!isRefusal(error, cause)) throw error
    }
  }
  return await skipRow(database, cause, onFault)
}

/** @param share of a whole page: 1 or less */
async function erase(database: Database, share: number): Promise<ErasureProgress> {
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query<Erasure>(pickErasure)
    const [erasure] = rows
    if (erasure === undefined) return 'waiting'
    const size = Math.ceil(share * PAGE[erasure.phase])
    const step = await STEPS[erasure.phase](connection, erasure, size)
    await advance(connection, erasure, step)
    return step === undefined ? 'waiting' : 'erased'
  })
}

/** @param step undefined: the erasure has to wait at its position */
async function advance(connection: Connection, erasure: Erasure, step: Step | undefined): Promise<void> {
  const {
    phase,
    after,
    events = 0,
    deliveries = 0,
    others = 0,
    failed = 0,
    reason = null,
  } = step ?? {
    phase: erasure.phase,
    after: { createdAt: erasure.after_created_at, id: erasure.after_id },
  }
  await connection.query(advanceErasure, [
    erasure.id,
    phase ?? null,
    after.createdAt,
    after.id,
    events,
    deliveries,
    others,
    textArray(erasure.related_ids),
    textArray(erasure.terms),
    failed,
    reason,
  ])
}

/** Skips the next row, which cannot be erased: the erasure continues, and ends as failed. */
async function skipRow(
  database: Database,
  error: unknown,
  onFault: (fault: DeliveryFault) => void,
): Promise<ErasureProgress> {
  return await database.transaction(async (connection) => {
    const { rows } = await connection.query<Erasure>(pickErasure)
    const [erasure] = rows
    if (erasure === undefined) return 'waiting'
    const next = erasure.phase === 'rest' ? undefined : await nextRow(connection, erasure)
    const ended = { phase: erasure.phase === 'events' ? ('tests' as const) : undefined, after: START }
    const step = next === undefined ? ended : { phase: erasure.phase, after: next }
    const isFailed = next !== undefined || erasure.phase === 'rest'
    const reason = reasonOf(error)
    await advance(connection, erasure, { ...step, ...(isFailed ? { failed: 1, reason } : {}) })
    if (!isFailed) return 'erased'
    const fault: DeliveryFault = {
      organizationId: erasure.organization_id,
      stage: 'erase',
      eventId: erasure.phase === 'events' ? next!.id : null,
      event: null,
      webhookId: null,
      deliveryId: null,
      reason,
    }
    await tryInSavepoint(connection, () => recordFaults(connection, [fault]), error)
    onFault(fault)
    return 'erased'
  })
}

/** Undefined: the erasure has to wait at its position. */
const STEPS: Record<
  Erasure['phase'],
  (connection: Connection, erasure: Erasure, size: number) => Promise<Step | undefined>
> = { events: eraseFromEvents, tests: eraseFromTests, rest: eraseFromRest }

async function eraseFromEvents(
  connection: Connection,
  erasure: Erasure,
  size: number,
): Promise<Step | undefined> {
  const { rows } = await connection.query<EventRow>(pageEvents, [
    erasure.organization_id,
    erasure.until,
    erasure.after_created_at,
    erasure.after_id,
    textArray([erasure.record_id, ...erasure.related_ids]),
    size,
  ])
  const { covered, last, isCut, leftOut } = chooseEvents(rows, erasure)
  const phase = rows.length < size && !isCut ? 'tests' : 'events'
  // Events of one transaction share their time, and their ids have no order: a message may come before its
  // conversation.
  const after = phase === 'tests' ? START : { createdAt: last!.created_at, id: isCut ? START.id : last!.id }
  if (covered.length === 0) return { phase, after }
  await connection.query(cancelErased, [covered, erasure.organization_id])
  if (await isBeingSent(connection, covered, erasure.organization_id)) return undefined
  const erased = await connection.query<{ deliveries: number }>(eraseEvents, [
    covered,
    erasure.organization_id,
  ])
  const more = leftOut === 0 ? {} : { failed: leftOut, reason: TOO_MANY_WORDS }
  return { phase, after, events: covered.length, deliveries: erased.rows[0]!.deliveries, ...more }
}

async function isBeingSent(
  connection: Connection,
  events: readonly string[],
  organizationId: string,
): Promise<boolean> {
  const { rows } = await connection.query(
    `select from webhooks_internal.queue q where q.delivery_id = any (array(
       select d.id from webhooks.webhook_deliveries d
       where d.event_id = any ($1::uuid[]) and d.organization_id = $2::uuid)) limit 1`,
    [events, organizationId],
  )
  return rows.length > 0
}

interface TestsRow {
  seen: number
  erased: number
  created_at: string | null
  id: string | null
}

async function eraseFromTests(connection: Connection, erasure: Erasure, size: number): Promise<Step> {
  const { rows } = await connection.query<TestsRow>(eraseTests, [
    erasure.organization_id,
    erasure.until,
    erasure.after_created_at,
    erasure.after_id,
    textArray(listSearchedWords(erasure)),
    size,
  ])
  const { seen, erased, created_at, id } = rows[0]!
  if (seen < size || created_at === null || id === null) {
    return { phase: 'rest', after: START, others: erased }
  }
  return { phase: 'tests', after: { createdAt: created_at, id }, others: erased }
}

async function eraseFromRest(connection: Connection, erasure: Erasure): Promise<Step> {
  const { organization_id: organizationId, record_id: recordId, related_ids: relatedIds, object } = erasure
  const isTheirs = erasure.events > 0
  const request = {
    organizationId,
    recordId,
    relatedIds,
    object,
    isTheirs,
    words: listSearchedWords(erasure),
  }
  return { phase: undefined, after: START, others: await eraseRest(connection, request) }
}

/** Short or purely numeric ids also occur in unrelated data. */
function listSearchedWords({ record_id, related_ids, terms }: Erasure): string[] {
  return [...(record_id.length >= 16 ? [record_id] : []), ...related_ids, ...terms]
}
