import type { Connection, Database, Transaction } from '../../database/database.ts'
import { tryInSavepoint } from '../../database/savepoint.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { faultOfEvent, reasonOf } from '../../domain/delivery-fault.ts'
import type { RowOf } from '../../database/statement.ts'
import { recordFaults } from '../record/delivery-faults.ts'
import type { Written } from '../record/delivery-columns.ts'
import type { MatchOptions, PlannedDelivery } from '../match/match-events.ts'
import { matchEvents, NO_SLOTS } from '../match/match-events.ts'
import type { Subscriptions } from '../match/subscriptions.ts'
import { readCurrentVersions } from '../match/subscriptions.ts'
import { readWrittenPairs } from '../match/written-pairs.ts'
import type { LeaseHolder } from './outbox.ts'
import { lockOutbox } from './outbox.ts'
import { writeDeliveriesLocked } from './write-deliveries.ts'
import { findUnleased, leaveOutbox, readBody, readStuckEvent } from './sql/statements.generated.ts'

type Head = RowOf<typeof findUnleased>

export interface GiveUpOptions extends Omit<MatchOptions, 'written' | 'lease'>, LeaseHolder {
  subscriptions: Subscriptions
}

/**
 * Removes an event from the outbox that cannot be matched together with others: each webhook gets its delivery if that can be created
 * separately, and a failed one with the reason if not. An event for which neither is possible is recorded in
 * `webhook_delivery_faults`, and can be replayed.
 *
 * @returns the recorded faults
 */
export async function giveUpEvent(
  database: Database,
  outboxId: number,
  error: unknown,
  options: GiveUpOptions,
): Promise<DeliveryFault[]> {
  return await database.transaction(async (transaction) => {
    lockOutbox(transaction)
    const { rows } = await transaction.query(...findUnleased({ outboxId, nodeId: options.nodeId }))
    const [head] = rows
    if (head === undefined) return []
    const faults = await createApart(transaction, outboxId, head, error, options)
    await transaction.query(...leaveOutbox({ outboxId }))
    await tryInSavepoint(transaction, () => recordFaults(transaction, faults), error)
    return faults
  })
}

/** Records an event that can neither be matched nor leave the outbox. */
export async function noteStuckEvent(
  database: Database,
  outboxId: number,
  error: unknown,
): Promise<DeliveryFault | undefined> {
  const { rows } = await database.query(...readStuckEvent({ outboxId }))
  const [head] = rows
  if (head === undefined) return undefined
  const fault = faultOfEvent(head, error)
  await recordFaults(database, [fault])
  return fault
}

async function createApart(
  transaction: Transaction,
  outboxId: number,
  head: Head,
  error: unknown,
  options: GiveUpOptions,
): Promise<DeliveryFault[]> {
  let planned: PlannedDelivery[] = []
  const failure = await tryInSavepoint(
    transaction,
    async () => {
      planned = await plan(transaction, outboxId, head, options)
    },
    error,
  )
  if (failure !== undefined) return [faultOfEvent(head, failure)]
  const faults: DeliveryFault[] = []
  for (const one of planned) {
    const refusal = await tryInSavepoint(transaction, () => write(transaction, one, WAITING, options), error)
    if (refusal !== undefined) faults.push(await fail(transaction, one, head, refusal, options))
  }
  // The event has no deliveries: the error is about the event itself.
  return planned.length === 0 ? [faultOfEvent(head, error)] : faults
}

const WAITING: Written = { as: 'waiting', isLeased: false }

async function write(
  connection: Connection,
  planned: PlannedDelivery,
  written: Written,
  holder: LeaseHolder,
): Promise<void> {
  const unwritten = { ...planned, createdAt: 'now', event: planned }
  await writeDeliveriesLocked(connection, holder, [{ unwritten, written }])
}

async function plan(
  connection: Connection,
  outboxId: number,
  head: Head,
  options: GiveUpOptions,
): Promise<PlannedDelivery[]> {
  const { id: eventId, organization_id: organizationId } = head
  const { rows } = await connection.query(...readBody({ eventId, organizationId }))
  const { versions } = await readCurrentVersions(connection, [organizationId])
  const webhooks = await options.subscriptions.read(connection, versions)
  const written = await readWrittenPairs(connection, [head])
  const event = { ...head, key: outboxId, body: rows[0]!.body }
  return matchEvents([event], webhooks, NO_SLOTS, { ...options, written }).planned
}

async function fail(
  transaction: Transaction,
  planned: PlannedDelivery,
  head: Head,
  error: unknown,
  options: GiveUpOptions,
): Promise<DeliveryFault> {
  const written: Written = { as: 'failed', reason: reasonOf(error), code: 'not_sendable', isLogged: true }
  const refusal = await tryInSavepoint(
    transaction,
    () => write(transaction, planned, written, options),
    error,
  )
  const { id, target } = planned.delivery
  return { ...faultOfEvent(head, error), webhookId: target.id, deliveryId: refusal === undefined ? id : null }
}
