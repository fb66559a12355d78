import type { Clock } from '../../domain/clock.ts'
import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection, Transaction } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { newId, newToken } from '../../domain/ids.ts'
import type { OutboxEvent } from '../relay/outbox.ts'
import type { OpenTarget, WebhookTarget } from '../../domain/webhook.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts'
import type { Match } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'
import { recordIdOf } from '../../domain/record-id.ts'
import type { redactBody } from '../../domain/redaction/redact.ts'
import { createRedactor } from '../../domain/redaction/redact.ts'
import type { Subscriptions } from './subscriptions.ts'

const countSkips = loadStatement(import.meta.url, 'count-skips')
const createDeliveries = loadStatement(import.meta.url, 'create-deliveries')

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
  const redact = createRedactor()
  const planned = matches.map((match) => plan(match, lease, redact, options))
  await connection.finish(createDeliveries, [...toColumns(planned), lease, options.nodeId])
  return planned.flatMap(({ isLeased, delivery }) => (isLeased ? [delivery] : []))
}

/** The same for matches that nobody sends from memory: they are due at once, for whoever has a free slot. */
export async function createQueued(
  connection: Connection,
  matches: readonly Match<OutboxEvent>[],
  options: Omit<FanOutOptions, 'admit' | 'onFiltered'>,
): Promise<void> {
  const lease = newToken()
  const queued = { ...options, admit: () => false }
  const planned = matches.map((match) => plan(match, lease, createRedactor(), queued))
  await connection.query(createDeliveries, [...toColumns(planned), lease, options.nodeId])
}

interface Plan {
  isLeased: boolean
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
  options: FanOutOptions,
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
    isLeased: filtered === undefined && options.admit(target, sent.body),
    filtered,
    redact: subscription.redact,
    eventBody: event.body,
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
  let [body, recordId]: [string, string | null] = ['', null]
  return planned.map(({ eventBody }) => {
    if (eventBody !== body) [body, recordId] = [eventBody, recordIdOf(eventBody)]
    return recordId
  })
}
