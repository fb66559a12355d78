import { messageOf } from '../errors.ts'
import { covers } from '../events/event-types.ts'
import { isOperational } from '../events/operational-events.ts'
import type { TargetRow } from '../webhooks/webhook-target.ts'
import type { Filter, FilterSubject } from './filter.ts'
import { compileFilter } from './filter.ts'

export interface Subscription extends TargetRow {
  organization_id: string
  events: string[]
  is_active: boolean
  /** JSON text. */
  filter: string | null
  /** What comes from these it does not get. */
  ignore_origins: string[]
  /** Fields that are cut from what it is sent, such as `data.phone`; null: none. */
  redact: string[] | null
}

export interface Match<E> {
  event: E
  subscription: Subscription
  /** Why the event was kept back from the webhook, by its filter or its origin; undefined: it is to be delivered. */
  filtered: string | undefined
}

export type SkipReason = 'inactive' | 'not subscribed'

/** How many events of one type one webhook did not get, and why. */
export interface Skip {
  organization_id: string
  webhook_id: string
  event: string
  reason: SkipReason
  count: number
}

export interface Decisions<E> {
  /** In the events' order. */
  matches: Match<E>[]
  skips: Skip[]
}

interface MatchedEvent {
  organization_id: string
  event: string
  origin: string | null
  /** The request body. */
  body: string
}

/**
 * Decides for every pair of an event and a webhook of its organization; no pair is left without a decision.
 * @param byOrganization the webhooks of each organization
 */
export function matchWebhooks<E extends MatchedEvent>(
  events: readonly E[],
  byOrganization: ReadonlyMap<string, readonly Subscription[]>,
): Decisions<E> {
  const matches: Match<E>[] = []
  const skips = new Map<string, Skip>()
  for (const event of events) {
    const subject = lazySubject(event.body)
    for (const subscription of byOrganization.get(event.organization_id) ?? []) {
      const reason = skipReason(subscription, event.event)
      if (reason === undefined)
        matches.push({ event, subscription, filtered: keepBack(subscription, event.origin, subject) })
      else if (!isOperational(event.event)) countSkip(skips, subscription, event.event, reason)
    }
  }
  return { matches, skips: [...skips.values()] }
}

function skipReason({ is_active, events }: Subscription, event: string): SkipReason | undefined {
  if (!is_active) return 'inactive'
  return events.some((name) => covers(name, event)) ? undefined : 'not subscribed'
}

function countSkip(skips: Map<string, Skip>, webhook: Subscription, event: string, reason: SkipReason): void {
  const { organization_id, webhook_id } = webhook
  const key = `${webhook_id} ${event}`
  const known = skips.get(key)
  if (known === undefined) skips.set(key, { organization_id, webhook_id, event, reason, count: 1 })
  else known.count += 1
}

/** Parsed for the first filter that asks, once for all of them. */
function lazySubject(body: string): () => FilterSubject {
  let subject: FilterSubject | undefined
  return () => (subject ??= JSON.parse(body) as FilterSubject)
}

function keepBack(
  subscription: Subscription,
  origin: string | null,
  subject: () => FilterSubject,
): string | undefined {
  if (origin !== null && subscription.ignore_origins.includes(origin)) return 'origin'
  return applyFilter(subscription, subject)
}

/** A filter that fails keeps back its own webhook's delivery, visibly, and nobody else's. */
function applyFilter({ filter }: Subscription, subject: () => FilterSubject): string | undefined {
  if (filter === null) return undefined
  try {
    return compiled(filter)(subject()) ? undefined : 'filtered'
  } catch (error) {
    return `the filter could not be applied: ${messageOf(error)}`
  }
}

const CACHED_FILTERS = 1_000
const filters = new Map<string, Filter>()

function compiled(text: string): Filter {
  const known = filters.get(text)
  if (known !== undefined) return known
  if (filters.size >= CACHED_FILTERS) filters.clear()
  const filter = compileFilter(JSON.parse(text))
  filters.set(text, filter)
  return filter
}
