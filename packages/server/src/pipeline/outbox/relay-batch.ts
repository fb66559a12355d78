import type { Connection, Database } from '../../database/database.ts'
import type { DirectSlots, MatchedEvents } from '../match/match-events.ts'
import { readWrittenPairs } from '../match/written-pairs.ts'
import type { RelayedBatch } from '../relay/event-source.ts'
import type { MatchBatchOptions } from '../relay/match-batch.ts'
import { matchBatch, toBatch } from '../relay/match-batch.ts'
import type { OutboxEvents } from './outbox-events.ts'
import type { LeasedRow, OutboxScope } from './outbox.ts'

export type OutboxBatchOptions = MatchBatchOptions<OutboxEvents>

export interface OutboxBatch extends RelayedBatch {
  /** Events of organizations with an order per record, which `relayInOrder` leases. */
  ordered: number[]
  /** Whether the outbox may hold more. */
  isFull: boolean
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
  options: OutboxBatchOptions,
): Promise<OutboxBatch> {
  const { leasedEvents } = options
  const { rows, ordered, isFull } = await leasedEvents.lease(scope)
  try {
    const matched =
      rows.length === 0 ? { planned: [], skips: [] } : await matchRows(database, rows, slots, options)
    return { ...toBatch(leasedEvents, rows, matched, rows[0]?.leased_at ?? ''), ordered, isFull }
  } catch (error) {
    leasedEvents.giveBack(rows.map(({ key }) => key))
    throw error
  }
}

/** Matches leased rows with the webhooks as they are now. */
export async function matchRows(
  connection: Connection,
  rows: readonly LeasedRow[],
  slots: DirectSlots,
  options: OutboxBatchOptions,
): Promise<MatchedEvents> {
  const written = await readWrittenPairs(
    connection,
    rows.filter((row) => row.is_retaken),
  )
  const versions = new Map(rows.map((row) => [row.organization_id, row.version ?? undefined]))
  return await matchBatch(connection, rows, versions, written, slots, options)
}
