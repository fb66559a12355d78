import type { Clock } from '../../domain/clock.ts'
import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection, Transaction } from '../../database/database.ts'
import type { ParamsOf } from '../../database/statement.ts'
import { newId, newToken } from '../../domain/ids.ts'
import type { OutboxEvent } from '../relay/outbox.ts'
import type { OpenTarget, WebhookTarget } from '../../domain/webhook.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts'
import type { Match } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'
import { readRecordId } from '../../domain/record-id.ts'
import type { redactBody } from '../../domain/redaction/redact.ts'
import { createRedactor } from '../../domain/redaction/redact.ts'
import type { Subscriptions } from './subscriptions.ts'
import { countSkips, createDeliveries as createDeliveriesStatement } from './sql/statements.generated.ts'

/** Room in memory for deliveries that are sent directly. */
export interface DirectSlots {
  /** Reserves a slot for one delivery of this body to the webhook; false: there is none. */
  admit(target: WebhookTarget, body: string): boolean
}

export interface MatchOptions {
  clock: Clock
  nodeId: string
  openTarget: OpenTarget
  subscriptions: Subscriptions
}

/** What a batch of events has become. */
export interface MatchedBatch {
  /** Leased by this node, to be sent once the transaction has committed. */
  direct: LeasedDelivery[]
  /** Deliveries that wait in the queue. */
  queued: number
  /** Whether a claim may take some of those at once. */
  isClaimable: boolean
  /** Deliveries that a filter or an ignored origin kept back. */
  filtered: number
}

const NO_DELIVERIES: MatchedBatch = { direct: [], queued: 0, isClaimable: false, filtered: 0 }

/**
 * Inserts one delivery for every event and webhook that match, and counts the other pairs with the reason. The transaction may
 * have committed when this returns.
 */
export async function createDeliveries(
  transaction: Transaction,
  events: readonly OutboxEvent[],
  slots: DirectSlots,
  options: MatchOptions,
): Promise<MatchedBatch> {
  const organizations = new Set(events.map((event) => event.organization_id))
  const { matches, skips } = matchWebhooks(
    events,
    await options.subscriptions.read(transaction, organizations),
  )
  if (skips.length > 0) await transaction.query(...countSkips({ skips: JSON.stringify(skips) }))
  if (matches.length === 0) return NO_DELIVERIES
  const lease = newToken()
  const redact = createRedactor()
  const planned = matches.map((match) => plan(match, lease, redact, slots, options))
  await transaction.finish(
    ...createDeliveriesStatement({ ...toColumns(planned), lease, nodeId: options.nodeId }),
  )
  const queued = planned.filter(({ isDirect, filtered }) => !isDirect && filtered === undefined)
  return {
    direct: planned.flatMap(({ isDirect, delivery }) => (isDirect ? [delivery] : [])),
    queued: queued.length,
    isClaimable: queued.some(({ delivery: { target } }) => target.isQueueOnly && !target.isHeld),
    filtered: planned.filter(({ filtered }) => filtered !== undefined).length,
  }
}

const NO_SLOTS: DirectSlots = { admit: () => false }

/** Inserts a delivery for each match; all wait in the queue. */
export async function queueDeliveries(
  connection: Connection,
  matches: readonly Match<OutboxEvent>[],
  options: MatchOptions,
): Promise<void> {
  const lease = newToken()
  const planned = matches.map((match) => plan(match, lease, createRedactor(), NO_SLOTS, options))
  await connection.query(
    ...createDeliveriesStatement({ ...toColumns(planned), lease, nodeId: options.nodeId }),
  )
}

interface Plan {
  /** Leased, to be sent from memory. */
  isDirect: boolean
  filtered: string | undefined
  redact: readonly string[] | null
  /** Of the event, which its deliveries share. */
  eventBody: string
  delivery: LeasedDelivery
}

function plan(
  { event, subscription, filtered }: Match<OutboxEvent>,
  lease: string,
  redact: typeof redactBody,
  slots: DirectSlots,
  options: MatchOptions,
): Plan {
  const target = options.openTarget(subscription)
  const sent = filtered === undefined ? redact(event.body, subscription.redact) : { body: '' }
  const delivery: LeasedDelivery = {
    id: newId(),
    organizationId: event.organization_id,
    eventId: event.id,
    event: event.event,
    ...sent,
    isRedacted: subscription.redact !== null,
    traceparent: event.traceparent,
    attempt: 1,
    trigger: 'event',
    isLast: false,
    lease,
    leaseEnds: options.clock.now() + target.timeout + LEASE_MARGIN_MS,
    target,
  }
  return {
    isDirect: filtered === undefined && !target.isQueueOnly && slots.admit(target, sent.body),
    filtered,
    redact: subscription.redact,
    eventBody: event.body,
    delivery,
  }
}

function toColumns(
  planned: readonly Plan[],
): Omit<ParamsOf<typeof createDeliveriesStatement>, 'lease' | 'nodeId'> {
  return {
    ids: plainArray(planned.map(({ delivery }) => delivery.id)),
    webhooks: plainArray(planned.map(({ delivery }) => delivery.target.id)),
    events: plainArray(planned.map(({ delivery }) => delivery.eventId)),
    eventTypes: textArray(planned.map(({ delivery }) => delivery.event)),
    organizations: plainArray(planned.map(({ delivery }) => delivery.organizationId)),
    leaseMs: plainArray(
      planned.map(({ isDirect, delivery }) => (isDirect ? delivery.target.timeout + LEASE_MARGIN_MS : null)),
    ),
    reasons: textArray(planned.map(({ filtered }) => filtered ?? null)),
    recordIds: textArray(readRecordIds(planned)),
    redact: textArray(planned.map(({ redact }) => redact && textArray(redact))),
  }
}

/** Those of one event, which follow each other, are read once. */
function readRecordIds(planned: readonly Plan[]): (string | null)[] {
  let [body, recordId]: [string, string | null] = ['', null]
  return planned.map(({ eventBody }) => {
    if (eventBody !== body) [body, recordId] = [eventBody, readRecordId(eventBody)]
    return recordId
  })
}
