import type { Clock } from '../clock.ts'
import { plainArray, textArray } from '../db/array-literal.ts'
import type { Connection, Transaction } from '../db/database.ts'
import { loadStatement } from '../db/statement.ts'
import { newId, newToken } from '../ids.ts'
import type { OutboxEvent } from '../outbox/outbox-relay.ts'
import type { OpenTarget, WebhookTarget } from '../webhooks/webhook-target.ts'
import type { LeasedDelivery } from './delivery.ts'
import { LEASE_MARGIN_MS } from './delivery.ts'
import type { Match } from './match-webhooks.ts'
import { matchWebhooks } from './match-webhooks.ts'
import { recordIdOf } from './record-id.ts'
import type { Subscriptions } from './subscriptions.ts'

const countSkips = loadStatement(import.meta.url, 'count-skips')
const createDeliveries = loadStatement(import.meta.url, 'create-deliveries')
const readBodies = loadStatement(import.meta.url, 'read-bodies')

export interface FanOutOptions {
  clock: Clock
  nodeId: string
  openTarget: OpenTarget
  subscriptions: Subscriptions
  /** Whether this node has room in memory for one more delivery to that webhook; asked once for each. */
  admit(target: WebhookTarget, body: string): boolean
  /** Told how many deliveries a filter or an ignored origin kept back, if any. */
  onFiltered?: (count: number) => void
}

/**
 * Writes one delivery for every event and webhook that match, and counts the other pairs with the reason.
 * @returns those that this node leased for itself, to be sent once the transaction has committed. It may have done so already.
 */
export async function fanOut(
  connection: Transaction,
  events: readonly OutboxEvent[],
  options: FanOutOptions,
): Promise<LeasedDelivery[]> {
  const organizations = new Set(events.map((event) => event.organization_id))
  const { matches, skips } = matchWebhooks(
    events,
    await options.subscriptions.read(connection, organizations),
  )
  if (skips.length > 0) await connection.query(countSkips, [JSON.stringify(skips)])
  if (matches.length === 0) return []
  const filtered = matches.filter((match) => match.filtered !== undefined).length
  if (filtered > 0) options.onFiltered?.(filtered)
  const lease = newToken()
  const planned = matches.map((match) => plan(match, lease, options))
  const columns = [...toColumns(planned), lease, options.nodeId]
  const leased = planned.flatMap(({ isLeased, delivery }) => (isLeased ? [delivery] : []))
  if (leased.some(({ isRedacted }) => isRedacted)) {
    await connection.query(createDeliveries, columns)
    return await cutBodies(connection, leased)
  }
  await connection.finish(createDeliveries, columns)
  return leased
}

/** As a claim would read them: what is cut is decided in one place. */
async function cutBodies(connection: Connection, leased: LeasedDelivery[]): Promise<LeasedDelivery[]> {
  const redacted = leased.filter(({ isRedacted }) => isRedacted)
  const { rows } = await connection.query<{ id: string; body: string }>(readBodies, [
    plainArray(redacted.map(({ id }) => id)),
  ])
  const bodies = new Map(rows.map(({ id, body }) => [id, body]))
  return leased.map((delivery) =>
    delivery.isRedacted ? { ...delivery, body: bodies.get(delivery.id)! } : delivery,
  )
}

interface Plan {
  isLeased: boolean
  filtered: string | undefined
  redact: readonly string[] | null
  delivery: LeasedDelivery
}

function plan(
  { event, subscription, filtered }: Match<OutboxEvent>,
  lease: string,
  options: FanOutOptions,
): Plan {
  const target = options.openTarget(subscription)
  const delivery: LeasedDelivery = {
    id: newId(),
    organizationId: event.organization_id,
    eventId: event.id,
    event: event.event,
    body: event.body,
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
    isLeased: filtered === undefined && options.admit(target, event.body),
    filtered,
    redact: subscription.redact,
    delivery,
  }
}

function toColumns(planned: readonly Plan[]): string[] {
  return [
    plainArray(planned.map(({ delivery }) => delivery.id)),
    plainArray(planned.map(({ delivery }) => delivery.target.id)),
    plainArray(planned.map(({ delivery }) => delivery.eventId)),
    textArray(planned.map(({ delivery }) => delivery.event)),
    plainArray(planned.map(({ delivery }) => delivery.organizationId)),
    plainArray(
      planned.map(({ isLeased, delivery }) => (isLeased ? delivery.target.timeout + LEASE_MARGIN_MS : null)),
    ),
    textArray(planned.map(({ filtered }) => filtered ?? null)),
    textArray(readRecordIds(planned)),
    textArray(planned.map(({ redact }) => redact && textArray(redact))),
  ]
}

/** Those of one event, which follow each other, are read once. */
function readRecordIds(planned: readonly Plan[]): (string | null)[] {
  let [eventId, recordId]: [string, string | null] = ['', null]
  return planned.map(({ delivery }) => {
    if (delivery.eventId !== eventId) [eventId, recordId] = [delivery.eventId, recordIdOf(delivery.body)]
    return recordId
  })
}
