import type { Database } from '../../database/database.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'
import type { LeasedEvents } from '../relay/leased-events.ts'
import type { Entry } from './entries.ts'
import { storeAttempts } from './store-attempts.ts'
import type { DeliveryToWrite, Written } from './delivery-columns.ts'

/** The contents of a batch: deliveries that are not in the database yet, and outcomes of those that are. */
interface Plan {
  rows: { unwritten: UnwrittenDelivery; written: Written }[]
  events: LeasedEvent[]
  attempts: AttemptRecord[]
}

/**
 * Writes a batch. A delivery that succeeds at its first attempt is written once, with its log row. One that fails is
 * written as pending, and its attempt like those of all others.
 *
 * @param finish removes events from the outbox that are still there, because the last two of their deliveries were written
 *   at the same time
 */
export async function storeEntries(
  database: Database,
  leasedEvents: LeasedEvents,
  entries: readonly Entry[],
  finish: (events: readonly LeasedEvent[]) => void,
): Promise<void> {
  const { rows, events, attempts } = plan(leasedEvents, entries)
  // Before the attempts, which may fail: a second run no longer knows of these events.
  if (rows.length + events.length > 0) finish(await write(leasedEvents, rows, events))
  if (attempts.length > 0) await storeAttempts(database, attempts)
}

function plan(leasedEvents: LeasedEvents, entries: readonly Entry[]): Plan {
  const planned: Plan = { rows: [], events: [], attempts: [] }
  for (const entry of entries) {
    if (entry.kind === 'event') {
      if (leasedEvents.event(entry.event.key) === entry.event) planned.events.push(entry.event)
    } else if (entry.kind === 'attempt') {
      const unwritten = findUnwritten(leasedEvents, entry.record)
      if (unwritten === undefined) planned.attempts.push(entry.record)
      else if (entry.record.status === 'success')
        planned.rows.push({ unwritten, written: { as: 'delivered', attempt: entry.record } })
      else {
        planned.rows.push({ unwritten, written: { as: 'waiting', isLeased: true } })
        planned.attempts.push(entry.record)
      }
    } else if (isDue(leasedEvents, entry)) {
      const { unwritten, isLeased } = entry
      planned.rows.push({ unwritten, written: { as: 'waiting', isLeased } })
    }
  }
  return planned
}

/** Returns the unwritten delivery of an attempt; undefined if it is written. A written delivery, a manual retry included, has another lease. */
export function findUnwritten(
  leasedEvents: LeasedEvents,
  { delivery_id, lease }: Pick<AttemptRecord, 'delivery_id' | 'lease'>,
): UnwrittenDelivery | undefined {
  const unwritten = leasedEvents.find(delivery_id)
  return unwritten?.delivery.lease === lease ? unwritten : undefined
}

/** Whether the delivery is unwritten, and its attempt has not ended since the entry was made. */
function isDue(leasedEvents: LeasedEvents, entry: Entry & { kind: 'delivery' }): boolean {
  const { unwritten } = entry
  return unwritten.writer === entry && leasedEvents.find(unwritten.delivery.id) === unwritten
}

async function write(
  leasedEvents: LeasedEvents,
  rows: readonly (DeliveryToWrite & { unwritten: UnwrittenDelivery })[],
  events: readonly LeasedEvent[],
): Promise<LeasedEvent[]> {
  const unwritten = rows.map((row) => row.unwritten)
  const done = [...leasedEvents.lastOf(unwritten), ...events]
  return (await leasedEvents.write(rows, done)) ? leasedEvents.written(unwritten, done) : []
}
