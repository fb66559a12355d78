import type { Connection, Database } from '../../database/database.ts'
import type { Clock } from '../../domain/clock.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { Skip } from '../../domain/match-webhooks.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import type { DirectSlots, MatchedEvents, PlannedDelivery } from '../match/match-events.ts'
import { matchEvents } from '../match/match-events.ts'
import type { Subscriptions } from '../match/subscriptions.ts'
import type { LeasedEvent, LeasedEvents, UnwrittenDelivery } from './leased-events.ts'
import type { LeasedRow, OutboxEvent, OutboxScope } from './outbox.ts'
import { readWrittenPairs } from './outbox.ts'

export interface RelayBatchOptions {
  clock: Clock
  openTarget: OpenTarget
  subscriptions: Subscriptions
  leasedEvents: LeasedEvents
}

export interface RelayedBatch {
  events: OutboxEvent[]
  /** Events of organizations with an order per record, which `relayInOrder` leases. */
  ordered: number[]
  /** Whether the outbox may hold more. */
  isFull: boolean
  /** Deliveries to send at once. */
  direct: LeasedDelivery[]
  /** Deliveries to write at once: they wait in the queue, or are filtered. */
  waiting: UnwrittenDelivery[]
  /** Whether deliveries are in the queue already. */
  hasQueued: boolean
  /** Events that get no delivery, or none that is not written. */
  unmatched: LeasedEvent[]
  skips: Skip[]
}

/**
 * Leases a batch of the outbox and matches it. Nothing is sent or written yet.
 *
 * @throws if an event makes the batch fail; its events are then free again
 */
export async function relayBatch(
  database: Database,
  scope: OutboxScope,
  slots: DirectSlots,
  options: RelayBatchOptions,
): Promise<RelayedBatch> {
  const { leasedEvents } = options
  const { rows, ordered, isFull } = await leasedEvents.lease(scope)
  try {
    const matched =
      rows.length === 0 ? { planned: [], skips: [] } : await matchRows(database, rows, slots, options)
    return { ...toBatch(leasedEvents, rows, matched), ordered, isFull }
  } catch (error) {
    leasedEvents.forget(rows.map((row) => row.outbox_id))
    throw error
  }
}

/** Matches leased rows with the webhooks as they are now. */
export async function matchRows(
  connection: Connection,
  rows: readonly LeasedRow[],
  slots: DirectSlots,
  options: RelayBatchOptions,
): Promise<MatchedEvents> {
  const { leasedEvents, subscriptions } = options
  const { token: lease } = leasedEvents
  const written = await readWrittenPairs(
    connection,
    rows.filter((row) => row.is_retaken),
  )
  const versions = new Map(rows.map((row) => [row.organization_id, row.version ?? undefined]))
  const webhooks = await subscriptions.read(connection, versions)
  return matchEvents(rows, webhooks, slots, { ...options, lease, written })
}

/** Remembers the planned deliveries of leased rows, which are not written yet. */
export function toBatch(
  leasedEvents: LeasedEvents,
  rows: readonly LeasedRow[],
  { planned, skips }: MatchedEvents,
): RelayedBatch {
  const tracked = track(leasedEvents, planned, rows[0]?.leased_at ?? '')
  return {
    events: [...rows],
    ordered: [],
    isFull: false,
    direct: tracked.flatMap(({ isDirect, unwritten }) => (isDirect ? [unwritten.delivery] : [])),
    waiting: tracked.flatMap(({ isDirect, unwritten }) => (isDirect ? [] : [unwritten])),
    hasQueued: false,
    unmatched: rows.flatMap((row) => leasedEvents.event(row.outbox_id) ?? []).filter(isUnmatched),
    skips,
  }
}

const isUnmatched = ({ unwritten }: LeasedEvent): boolean => unwritten.size === 0

/** Tracks nothing if the lease was lost in the meantime. */
function track(
  leasedEvents: LeasedEvents,
  planned: readonly PlannedDelivery[],
  createdAt: string,
): { isDirect: boolean; unwritten: UnwrittenDelivery }[] {
  const tracked = planned.flatMap(({ isDirect, outboxId, ...one }) => {
    const event = leasedEvents.event(outboxId)
    if (event === undefined) return []
    return [{ isDirect, unwritten: { ...one, event, createdAt, writer: undefined, writing: undefined } }]
  })
  leasedEvents.add(tracked.map(({ unwritten }) => unwritten))
  return tracked
}
