import { phrase } from '../../domain/messages/phrase.ts'
import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection, Database } from '../../database/database.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter } from '../../database/split.ts'
import { readRecordId } from '../../domain/record-id.ts'
import { pinShape } from '../../domain/shapes/shape.ts'
import { newId } from '../../domain/ids.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import type { Skipped } from '../walk.ts'
import { walkBatch } from '../walk.ts'
import { toFault, nextRow } from './next-row.ts'
import type { Cursor, MissedEvent } from './missed-events.ts'
import { chooseMissed, toCursor, pageEvents, readSubscription } from './missed-events.ts'
import type { RedeliveryKind, RedeliveryScope } from './redeliveries.ts'
import {
  advanceRedelivery,
  createReplayed,
  endRedeliveries,
  hasRunningRedelivery,
  lockWebhook as lockWebhookStatement,
  pageFailed,
  pickRedelivery,
  readBodies,
  renewTransforms,
  reopen,
  requeue,
} from './sql/statements.generated.ts'

export interface RedeliveryLimits {
  /** Rows examined in one transaction. */
  batch: number
  /**
   * Bulk work pauses while this many deliveries of its webhook are due, so that new ones queue behind no more than
   * these.
   */
  maxDue: number
  /** A replay pauses while this many events are in the outbox. */
  maxInOutbox: number
}

/** Batches are small enough that a database with one connection stays responsive. */
const LIMITS: RedeliveryLimits = { batch: 200, maxDue: 1_000, maxInOutbox: 10_000 }
/** Makes nodes take turns at one webhook: with its id, the key of an advisory lock. */
const WEBHOOK_LOCK = 4_600_002

/** `queued`: a batch was done and there may be more. `waiting`: all bulk work is paused. `idle`: there is none. */
export type RedeliveryProgress = 'queued' | 'waiting' | 'idle'

interface Redelivery {
  id: string
  kind: RedeliveryKind
  organizationId: string
  scope: RedeliveryScope
  requestedAt: string
  after: Cursor
}

interface Page {
  /** Finished deliveries to reopen. */
  reopened: readonly string[]
  /** Missed events that never had a delivery. */
  created: readonly MissedEvent[]
  /** How the bodies of the missed events are made, from now on. */
  shape: string | null
  /** The last row decided on; undefined: none. */
  cursor: Cursor | undefined
  isLast: boolean
  /** True if the scan has to pause here. */
  isHeldUp: boolean
}

/** Runs one batch of requested bulk work. */
export async function redeliverBatch(
  database: Database,
  limits = LIMITS,
  onFault: (fault: DeliveryFault) => void = () => {},
  splitter: Splitter = createSplitter(),
): Promise<RedeliveryProgress> {
  await database.query(...endRedeliveries())
  if (!(await hasRunning(database))) return 'idle'
  return await walkBatch(database, splitter, {
    batchSize: limits.batch,
    doBatch: (connection, batch) => redeliver(connection, { ...limits, batch }),
    skipRow: (connection, error) => skipRow(connection, limits, error),
    onFault,
  })
}

async function redeliver(connection: Connection, limits: RedeliveryLimits): Promise<RedeliveryProgress> {
  const redelivery = await pick(connection, limits)
  if (redelivery === undefined) return 'waiting'
  const readPage = redelivery.kind === 'retry_failed' ? failedPage : missedPage
  const page = await readPage(connection, redelivery, limits.batch)
  const queued = (await enqueue(connection, redelivery, page)) + (await create(connection, redelivery, page))
  await advance(connection, redelivery, page, { queued, failed: 0 })
  return page.isHeldUp ? 'waiting' : 'queued'
}

async function advance(
  connection: Connection,
  { id }: Redelivery,
  { cursor, isLast }: Pick<Page, 'cursor' | 'isLast'>,
  { queued, failed }: { queued: number; failed: number },
): Promise<void> {
  await connection.query(
    ...advanceRedelivery({
      id,
      queued,
      failed,
      isComplete: isLast,
      afterCreatedAt: cursor?.createdAt ?? null,
      afterId: cursor?.id ?? null,
    }),
  )
}

/** Counts the next row as failed. */
async function skipRow(
  connection: Connection,
  limits: RedeliveryLimits,
  error: unknown,
): Promise<Skipped<RedeliveryProgress>> {
  const redelivery = await pick(connection, limits)
  if (redelivery === undefined) return { progress: 'queued' }
  const next = await nextRow(connection, redelivery)
  const passed = { cursor: next, isLast: next === undefined }
  await advance(connection, redelivery, passed, { queued: 0, failed: next === undefined ? 0 : 1 })
  return { progress: 'queued', fault: next && toFault(redelivery, next, error) }
}

async function hasRunning(database: Database): Promise<boolean> {
  const { rows } = await database.query(...hasRunningRedelivery())
  return rows[0]!.is_running
}

/** Locks the longest-waiting bulk work and its webhook; undefined: all is paused, or another node has it. */
async function pick(
  connection: Connection,
  { maxDue, maxInOutbox }: RedeliveryLimits,
): Promise<Redelivery | undefined> {
  const { rows } = await connection.query(...pickRedelivery({ maxDue, maxInOutbox }))
  const [row] = rows
  if (row === undefined || !(await lockWebhook(connection, row.webhook_id))) return undefined
  const { id, organization_id, webhook_id, since, until, event } = row
  return {
    id,
    // A check of the table allows no other kinds.
    kind: row.kind as RedeliveryKind,
    organizationId: organization_id,
    scope: { webhookId: webhook_id, since, until, event },
    requestedAt: row.created_at,
    after: { createdAt: row.after_created_at, id: row.after_id },
  }
}

/** The lock ensures that later reads see everything that another node did for this webhook. */
async function lockWebhook(connection: Connection, webhookId: string): Promise<boolean> {
  const { rows } = await connection.query(...lockWebhookStatement({ lock: WEBHOOK_LOCK, webhookId }))
  return rows[0]?.is_ours === true
}

async function failedPage(
  connection: Connection,
  { scope, organizationId, requestedAt, after }: Redelivery,
  limit: number,
): Promise<Page> {
  const { rows } = await connection.query(
    ...pageFailed({
      ...scope,
      organizationId,
      requestedAt,
      afterCreatedAt: after.createdAt,
      afterId: after.id,
      limit,
    }),
  )
  return {
    reopened: rows.filter((row) => row.is_wanted).map((row) => row.id),
    created: [],
    shape: null,
    cursor: toCursor(rows.at(-1)),
    isLast: rows.length < limit,
    isHeldUp: false,
  }
}

async function missedPage(
  connection: Connection,
  { scope, after }: Redelivery,
  limit: number,
): Promise<Page> {
  const subscription = await readSubscription(connection, scope.webhookId)
  if (subscription === undefined) {
    return { reopened: [], created: [], shape: null, cursor: undefined, isLast: true, isHeldUp: false }
  }
  const rows = await pageEvents(connection, subscription, scope, after, limit)
  // The scan pauses at an event whose deliveries are not decided yet.
  const waiting = rows.findIndex((row) => row.is_waiting)
  const decided = waiting < 0 ? rows : rows.slice(0, waiting)
  const { missed } = chooseMissed(decided, subscription, scope.event)
  return {
    reopened: missed.flatMap(({ deliveryId }) => deliveryId ?? []),
    created: missed.filter(({ deliveryId }) => deliveryId === null),
    shape: pinShape(subscription.shape),
    cursor: toCursor(decided.at(-1)),
    isLast: rows.length < limit && waiting < 0,
    isHeldUp: waiting >= 0,
  }
}

const OPENS: Record<
  RedeliveryKind,
  { from: readonly string[]; reason: string; trigger: 'manual' | 'replay' }
> = {
  retry_failed: { from: ['failed'], reason: phrase('delivery.retried'), trigger: 'manual' },
  replay_events: {
    from: ['failed', 'cancelled', 'filtered'],
    reason: phrase('delivery.replayed'),
    trigger: 'replay',
  },
}

/**
 * Locks the queue before the state, as recording does, so that the two cannot deadlock. A row in the queue keeps
 * everyone else away from the delivery, so `reopen` sees its latest state.
 */
async function enqueue(
  connection: Connection,
  { kind, requestedAt }: Redelivery,
  page: Page,
): Promise<number> {
  if (page.reopened.length === 0) return 0
  const { from, reason, trigger } = OPENS[kind]
  const { rows } = await connection.query(...requeue({ deliveryIds: page.reopened, trigger }))
  const deliveryIds = rows.map((row) => row.delivery_id)
  await connection.query(...renewTransforms({ deliveryIds }))
  const { rowCount } = await connection.query(
    ...reopen({
      deliveryIds,
      statuses: from,
      completedBefore: kind === 'retry_failed' ? requestedAt : 'infinity',
      reason,
    }),
  )
  return rowCount
}

async function create(connection: Connection, redelivery: Redelivery, page: Page): Promise<number> {
  const { created, shape } = page
  if (created.length === 0) return 0
  const { organizationId, scope } = redelivery
  const eventIds = plainArray(created.map(({ eventId }) => eventId))
  const { rows } = await connection.query(...readBodies({ eventIds, organizationId }))
  const records = new Map(rows.map(({ id, body }) => [id, readRecordId(body)]))
  await connection.query(
    ...createReplayed({
      ids: plainArray(created.map(() => newId())),
      eventIds,
      events: textArray(created.map(({ event }) => event)),
      recordIds: textArray(created.map(({ eventId }) => records.get(eventId) ?? null)),
      webhookId: scope.webhookId,
      shape,
      organizationId,
    }),
  )
  return created.length
}
