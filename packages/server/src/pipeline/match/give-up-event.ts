import { textArray } from '../../database/array-literal.ts'
import type { Connection, Database, Transaction } from '../../database/database.ts'
import { tryInSavepoint } from '../../database/savepoint.ts'
import { newId } from '../../domain/ids.ts'
import type { OutboxEvent } from '../relay/outbox.ts'
import { removeFromOutbox } from '../relay/outbox.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { recordFaults } from '../record/delivery-faults.ts'
import { diagnosisOf } from '../../domain/attempt-errors.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import type { MatchOptions } from './create-deliveries.ts'
import { queueDeliveries } from './create-deliveries.ts'
import type { Match } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'
import { createFailed, readBody, readStuckEvent } from './sql/statements.generated.ts'

type Head = Omit<OutboxEvent, 'body'>

/**
 * Takes an event out of the outbox that cannot be fanned out like the others: each webhook gets its delivery if that can be made
 * alone, and a failed one with the reason if not. What nothing can be made of is noted in `webhook_delivery_faults`, from
 * where a replay can take it up again.
 *
 * @returns what was noted
 */
export async function giveUpEvent(
  database: Database,
  outboxId: number,
  error: unknown,
  options: MatchOptions,
): Promise<DeliveryFault[]> {
  return await database.transaction(async (transaction) => {
    const head = await removeFromOutbox(transaction, outboxId)
    if (head === undefined) return []
    const faults = await createApart(transaction, head, error, options)
    await tryInSavepoint(transaction, () => recordFaults(transaction, faults), error)
    return faults
  })
}

/** Notes an event that can neither be relayed nor leave the outbox. */
export async function noteStuckEvent(
  database: Database,
  outboxId: number,
  error: unknown,
): Promise<DeliveryFault | undefined> {
  const { rows } = await database.query(...readStuckEvent({ outboxId }))
  const [head] = rows
  if (head === undefined) return undefined
  const fault = toFault(head, error)
  await recordFaults(database, [fault])
  return fault
}

async function createApart(
  transaction: Transaction,
  head: Head,
  error: unknown,
  options: MatchOptions,
): Promise<DeliveryFault[]> {
  let matches: Match<OutboxEvent>[] = []
  const failure = await tryInSavepoint(
    transaction,
    async () => {
      matches = await decide(transaction, head, options)
    },
    error,
  )
  if (failure !== undefined) return [toFault(head, failure)]
  const faults: DeliveryFault[] = []
  for (const match of matches) {
    const refusal = await tryInSavepoint(
      transaction,
      () => queueDeliveries(transaction, [match], options),
      error,
    )
    if (refusal !== undefined) faults.push(await fail(transaction, match, refusal))
  }
  // Something that no delivery needs, such as the count of what was skipped.
  return matches.length === 0 ? [toFault(head, error)] : faults
}

async function decide(
  connection: Connection,
  head: Head,
  { subscriptions }: MatchOptions,
): Promise<Match<OutboxEvent>[]> {
  const { rows } = await connection.query(
    ...readBody({ eventId: head.id, organizationId: head.organization_id }),
  )
  const webhooks = await subscriptions.read(connection, new Set([head.organization_id]))
  return matchWebhooks([{ ...head, body: rows[0]!.body }], webhooks).matches
}

async function fail(
  transaction: Transaction,
  { event, subscription }: Match<OutboxEvent>,
  error: unknown,
): Promise<DeliveryFault> {
  const id = newId()
  const refusal = await tryInSavepoint(
    transaction,
    () =>
      transaction.query(
        ...createFailed({
          deliveryId: id,
          organizationId: event.organization_id,
          webhookId: subscription.webhook_id,
          eventId: event.id,
          event: event.event,
          redact: subscription.redact && textArray(subscription.redact),
          reason: reasonOf(error),
          attemptId: newId(),
          url: subscription.url,
          diagnosis: diagnosisOf('not_sendable'),
        }),
      ),
    error,
  )
  const deliveryId = refusal === undefined ? id : null
  return { ...toFault(event, error), webhookId: subscription.webhook_id, deliveryId }
}

function toFault({ id, organization_id, event }: Head, error: unknown): DeliveryFault {
  return {
    organizationId: organization_id,
    stage: 'relay',
    eventId: id,
    event,
    webhookId: null,
    deliveryId: null,
    reason: reasonOf(error),
  }
}
