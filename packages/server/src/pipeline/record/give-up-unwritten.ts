import { phrase } from '../../domain/messages/phrase.ts'
import type { Logger } from 'pino'
import type { Database } from '../../database/database.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import type { DeliveryFault, OnFault } from '../../domain/delivery-fault.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import { messageOf } from '../../domain/errors.ts'
import type { LeasedEvent, UnwrittenDelivery } from '../relay/leased-event.ts'
import type { LeasedEvents } from '../relay/leased-events.ts'
import { recordFaults } from './delivery-faults.ts'
import type { Entry } from './entries.ts'
import { firstAccepted } from './first-accepted.ts'
import { findUnwritten } from './store-entries.ts'
import type { Written } from './delivery-columns.ts'

export interface GiveUpEntryOptions {
  database: Database
  leasedEvents: LeasedEvents
  log: Logger
  onFault: OnFault
  /** Removes events from the outbox of which nothing is left to be written. */
  finish(events: readonly LeasedEvent[]): void
}

/** The outcome without the receiver's response, which is the likely reason of a refusal. */
export function withoutResponse(record: AttemptRecord): AttemptRecord {
  return {
    ...record,
    response_headers: null,
    response_body: null,
    error_message: phrase('own.responseUnstored'),
  }
}

/** Returns the delivery that an entry would write for the first time. */
export function findUnwrittenOf(leasedEvents: LeasedEvents, entry: Entry): UnwrittenDelivery | undefined {
  if (entry.kind === 'attempt') return findUnwritten(leasedEvents, entry.record)
  if (entry.kind === 'event') return undefined
  return leasedEvents.find(entry.unwritten.delivery.id)
}

/**
 * Ends a delivery that the database refuses to write for the first time. Parts that it refuses are left out; but the event must leave
 * the outbox, or it would be sent again and again. If the event cannot leave, this process does not send it again.
 */
export async function giveUpUnwritten(
  unwritten: UnwrittenDelivery,
  entry: Entry,
  cause: unknown,
  { database, leasedEvents, log, onFault, finish }: GiveUpEntryOptions,
): Promise<void> {
  const { event, delivery } = unwritten
  const isSent = entry.kind === 'attempt'
  const reason = reasonOf(cause)
  const failed = { as: 'failed', reason, code: isSent ? 'not_recordable' : 'not_sendable' } as const
  const done = leasedEvents.lastOf([unwritten])
  let isLost = false
  const put = async (written: Written | undefined, leaves: boolean): Promise<void> => {
    const rows = written === undefined ? [] : [{ unwritten, written }]
    isLost = !(await leasedEvents.write(rows, leaves ? done : []))
  }
  const outcome: Written | undefined =
    isSent && entry.record.status === 'success'
      ? { as: 'delivered', attempt: withoutResponse(entry.record) }
      : undefined
  log.error(
    { delivery_id: delivery.id, event_id: delivery.eventId, error: messageOf(cause) },
    'cannot write a delivery; what the database accepts of it is stored',
  )
  const ways: [Written | undefined, boolean][] = [
    ...(outcome === undefined ? [] : [[outcome, true] as [Written, boolean]]),
    [{ ...failed, isLogged: true }, true],
    [{ ...failed, isLogged: false }, true],
    [undefined, true],
    [outcome ?? { ...failed, isLogged: true }, false],
  ]
  const index = await firstAccepted(
    [
      ...ways.map(
        ([written, leaves]) =>
          () =>
            put(written, leaves),
      ),
      acceptRefusal,
    ],
    cause,
  )
  if (isLost) return
  // Undefined: the database accepts nothing of it.
  const way = ways[index]
  const fault = toFault(unwritten, way?.[0] !== undefined, isSent, reason)
  if (way?.[1] === true) finish(leasedEvents.written([unwritten], done))
  else leasedEvents.setAside(event)
  // A success that is stored without its response is not a fault.
  if (way !== undefined && way[0] === outcome && outcome !== undefined && way[1]) return
  onFault(fault)
  await firstAccepted([() => recordFaults(database, [fault]), acceptRefusal], cause)
}

/** Sets aside an event without further deliveries that cannot leave the outbox. */
export function setAsideEvent(
  entry: Entry & { kind: 'event' },
  { leasedEvents, log }: GiveUpEntryOptions,
): void {
  const { event } = entry
  log.error({ event: event.key }, 'cannot end an event; this process does not match it again')
  leasedEvents.setAside(event)
}

/** Ends a list of statements whose refusal is no error. */
async function acceptRefusal(): Promise<void> {}

function toFault(
  { delivery }: UnwrittenDelivery,
  isStored: boolean,
  isSent: boolean,
  reason: string,
): DeliveryFault {
  return {
    organizationId: delivery.organizationId,
    stage: isSent ? 'record' : 'relay',
    eventId: delivery.eventId,
    event: delivery.event,
    webhookId: delivery.target.id,
    deliveryId: isStored ? delivery.id : null,
    reason,
  }
}
