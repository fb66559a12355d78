import type { Clock } from '../../domain/clock.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts'
import { deriveDeliveryId } from '../../domain/delivery-id.ts'
import type { Match, Skip, Subscription } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'
import { readRecordId } from '../../domain/record-id.ts'
import { pinShape } from '../../domain/shapes/shape.ts'
import type { DeliveryBody, WholeEvent } from '../../domain/shapes/shape-body.ts'
import { createShaper, hasOwnBody } from '../../domain/shapes/shape-body.ts'
import type { OpenTarget, WebhookTarget } from '../../domain/webhook.ts'
import type { TakenEvent } from '../relay/taken-event.ts'
import { pairOf } from './written-pairs.ts'

/** Room in memory for deliveries that are sent directly. */
export interface DirectSlots {
  /** Reserves a slot for one delivery of this body to the webhook; false: there is none. */
  admit(target: WebhookTarget, body: string): boolean
}

export const NO_SLOTS: DirectSlots = { admit: () => false }

export interface MatchOptions {
  clock: Clock
  openTarget: OpenTarget
  /** The token of this node's lease of the events. */
  lease: string
  /** Pairs (`pairOf`) whose delivery exists: they are left out. */
  written: ReadonlySet<string>
}

/** A pair of an event and a webhook that match. */
export interface PlannedDelivery {
  /** The event's. */
  key: number
  delivery: LeasedDelivery
  recordId: string | null
  redact: readonly string[] | null
  /** Whether it may replace older updates of its record that still wait. */
  coalesces: boolean
  /** See domain/shapes/shape.ts. */
  shape: string | null
  /** The reason why it is filtered; undefined: it is sent. */
  filtered: string | undefined
  /** Whether a slot is reserved, so that it is sent at once. */
  isDirect: boolean
}

/** The result of matching a batch of events. */
export interface MatchedEvents {
  planned: PlannedDelivery[]
  skips: Skip[]
}

/** Matches every event with the webhooks of its organization. Writes nothing. */
export function matchEvents(
  events: readonly TakenEvent[],
  webhooks: ReadonlyMap<string, readonly Subscription[]>,
  slots: DirectSlots,
  options: MatchOptions,
): MatchedEvents {
  const { matches, skips } = matchWebhooks(events, webhooks)
  const shapeBody = createShaper()
  const recordIdOf = createRecordIdReader()
  const planned = matches.flatMap((match): PlannedDelivery[] => {
    const { event, subscription, filtered } = match
    if (options.written.has(pairOf(event.organization_id, event.id, subscription.webhook_id))) return []
    const shape = pinShape(subscription.shape)
    const rules = { redact: subscription.redact, shape }
    const sent = filtered === undefined ? shapeBody(wholeOf(event), rules) : { body: '' }
    const delivery = toDelivery(match, sent, options)
    const { target } = delivery
    return [
      {
        key: event.key,
        delivery,
        recordId: recordIdOf(event.body),
        ...rules,
        coalesces: subscription.coalesce,
        filtered,
        isDirect: filtered === undefined && !target.isQueueOnly && slots.admit(target, delivery.body),
      },
    ]
  })
  return { planned, skips }
}

function toDelivery(
  { event, subscription }: Match<TakenEvent>,
  sent: DeliveryBody,
  { clock, openTarget, lease }: MatchOptions,
): LeasedDelivery {
  const target = openTarget(subscription)
  return {
    id: deriveDeliveryId(event.created_ms, event.id, target.id),
    organizationId: event.organization_id,
    eventId: event.id,
    event: event.event,
    ...sent,
    hasOwnBody: hasOwnBody(subscription),
    traceparent: event.traceparent,
    attempt: 1,
    trigger: 'event',
    isLast: false,
    lease,
    leaseEnds: clock.now() + target.timeout + LEASE_MARGIN_MS,
    target,
  }
}

const wholeOf = (event: TakenEvent): WholeEvent => ({
  eventId: event.id,
  organizationId: event.organization_id,
  event: event.event,
  body: event.body,
})

/** Deliveries of one event are consecutive, so its body is read once. */
function createRecordIdReader(): (body: string) => string | null {
  let [last, recordId]: [string, string | null] = ['', null]
  return (body) => {
    if (body !== last) [last, recordId] = [body, readRecordId(body)]
    return recordId
  }
}
