import { textArray } from '../../database/array-literal.ts'
import type { Connection, Database } from '../../database/database.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter } from '../../database/split.ts'
import type { ParamsOf, RowOf } from '../../database/statement.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import type { Skipped } from '../walk.ts'
import type { HasPassed } from '../has-passed.ts'
import { ALWAYS_PASSED } from '../has-passed.ts'
import { walkBatch } from '../walk.ts'
import { chooseEvents } from './choose-events.ts'
import { eraseRest } from './erase-rest.ts'
import { TOO_MANY_WORDS } from './known-words.ts'
import { nextRow } from './next-row.ts'
import {
  advanceErasure,
  cancelErased,
  eraseEvents,
  eraseTests,
  hasRunningErasure,
  isBeingSent as isBeingSentStatement,
  pageEvents,
  pickErasure,
} from './sql/statements.generated.ts'

/** Rows examined in one transaction; an event may have a hundred deliveries. */
const PAGE = { events: 100, tests: 500, rest: 1 }
const START = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** `waiting`: something to be erased is being sent at the moment. */
export type ErasureProgress = 'erased' | 'waiting' | 'idle'

type Phase = 'events' | 'tests' | 'rest'

interface Erasure extends RowOf<typeof pickErasure> {
  phase: Phase
}

interface Step {
  /** Undefined: the erasure is complete. */
  phase: Phase | undefined
  after: { createdAt: string; id: string }
  events?: number
  deliveries?: number
  others?: number
  /** What could not be erased, and why. */
  failed?: number
  reason?: string
}

/** Runs one batch of the longest-waiting erasure. Erasing twice changes nothing. */
export async function eraseBatch(
  database: Database,
  onFault: (fault: DeliveryFault) => void = () => {},
  splitter: Splitter = createSplitter(),
  hasPassed: HasPassed = ALWAYS_PASSED,
): Promise<ErasureProgress> {
  const { rows } = await database.query(...hasRunningErasure())
  if (rows[0]?.is_running !== true) return 'idle'
  return await walkBatch(database, splitter, {
    batchSize: PAGE.tests,
    doBatch: (connection, batchSize) => erase(connection, batchSize, hasPassed),
    skipRow,
    onFault,
  })
}

/** @param batchSize that of `tests`; other phases take as large a share of their page */
async function erase(
  connection: Connection,
  batchSize: number,
  hasPassed: HasPassed,
): Promise<ErasureProgress> {
  const erasure = await pick(connection)
  if (erasure === undefined) return 'waiting'
  const size = Math.ceil((batchSize / PAGE.tests) * PAGE[erasure.phase])
  // What is on its way now is stored, and then erased.
  const isStored = erasure.phase !== 'events' || (await hasPassed(erasure.id, erasure.organization_id))
  const step = isStored ? await STEPS[erasure.phase](connection, erasure, size) : undefined
  await advance(connection, erasure, step)
  return step === undefined ? 'waiting' : 'erased'
}

/** Locks the longest-waiting erasure; undefined: another node has it. */
async function pick(connection: Connection): Promise<Erasure | undefined> {
  const { rows } = await connection.query(...pickErasure())
  const [row] = rows
  // A check of the table allows no other phases.
  return row && { ...row, phase: row.phase as Phase }
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
  await connection.query(
    ...advanceErasure({
      id: erasure.id,
      phase: phase ?? null,
      afterCreatedAt: after.createdAt,
      afterId: after.id,
      events,
      deliveries,
      others,
      relatedIds: textArray(erasure.related_ids),
      terms: textArray(erasure.terms),
      failed,
      reason,
    }),
  )
}

/** The erasure continues after the row, and ends as failed. */
async function skipRow(connection: Connection, error: unknown): Promise<Skipped<ErasureProgress>> {
  const erasure = await pick(connection)
  if (erasure === undefined) return { progress: 'waiting' }
  const next = erasure.phase === 'rest' ? undefined : await nextRow(connection, erasure)
  const ended = { phase: erasure.phase === 'events' ? ('tests' as const) : undefined, after: START }
  const step = next === undefined ? ended : { phase: erasure.phase, after: next }
  const isFailed = next !== undefined || erasure.phase === 'rest'
  const reason = reasonOf(error)
  await advance(connection, erasure, { ...step, ...(isFailed ? { failed: 1, reason } : {}) })
  if (!isFailed) return { progress: 'erased' }
  const fault: DeliveryFault = {
    organizationId: erasure.organization_id,
    stage: 'erase',
    eventId: erasure.phase === 'events' ? next!.id : null,
    event: null,
    webhookId: null,
    deliveryId: null,
    reason,
  }
  return { progress: 'erased', fault }
}

/** Undefined: the erasure has to wait at its position. */
const STEPS: Record<
  Phase,
  (connection: Connection, erasure: Erasure, size: number) => Promise<Step | undefined>
> = { events: eraseFromEvents, tests: eraseFromTests, rest: eraseFromRest }

async function eraseFromEvents(
  connection: Connection,
  erasure: Erasure,
  size: number,
): Promise<Step | undefined> {
  const { rows } = await connection.query(
    ...pageEvents({
      organizationId: erasure.organization_id,
      until: erasure.until,
      afterCreatedAt: erasure.after_created_at,
      afterId: erasure.after_id,
      words: textArray([erasure.record_id, ...erasure.related_ids]),
      limit: size,
    }),
  )
  const { covered, last, isCut, leftOut } = chooseEvents(rows, erasure)
  const phase = rows.length < size && !isCut ? 'tests' : 'events'
  // Events of one transaction share their time, and their ids have no order: a message may come before its
  // conversation.
  const after = phase === 'tests' ? START : { createdAt: last!.created_at, id: isCut ? START.id : last!.id }
  if (covered.length === 0) return { phase, after }
  const events = { eventIds: covered, organizationId: erasure.organization_id }
  await connection.query(...cancelErased(events))
  if (await isBeingSent(connection, events)) return undefined
  const erased = await connection.query(...eraseEvents(events))
  const more = leftOut === 0 ? {} : { failed: leftOut, reason: TOO_MANY_WORDS }
  return { phase, after, events: covered.length, deliveries: erased.rows[0]!.deliveries, ...more }
}

async function isBeingSent(
  connection: Connection,
  events: ParamsOf<typeof isBeingSentStatement>,
): Promise<boolean> {
  const { rows } = await connection.query(...isBeingSentStatement(events))
  return rows[0]!.is_being_sent
}

async function eraseFromTests(connection: Connection, erasure: Erasure, size: number): Promise<Step> {
  const { rows } = await connection.query(
    ...eraseTests({
      organizationId: erasure.organization_id,
      until: erasure.until,
      afterCreatedAt: erasure.after_created_at,
      afterId: erasure.after_id,
      words: textArray(listSearchedWords(erasure)),
      limit: size,
    }),
  )
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
