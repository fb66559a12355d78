import { phrase } from './messages/phrase.ts'
import { createLru } from './lru.ts'
import { covers } from './event-types/covers.ts'
import { isOperational } from './event-types/operational-events.ts'
import { reasonOf } from './delivery-fault.ts'
import type { TargetRow } from './webhook.ts'
import type { Filter, FilterSubject } from './filter/filter.ts'
import { compileFilter } from './filter/filter.ts'
import { MAX_FILTER_STEPS, OverBudget, Steps } from './filter/filter-steps.ts'

export interface Subscription extends TargetRow {
  organization_id: string
  events: string[]
  is_active: boolean
  /** JSON text. */
  filter: string | null
  /** Events of these origins are not delivered. */
  ignore_origins: string[]
  /** Fields that are cut from the body, such as `data.phone`; null: none. */
  redact: string[] | null
  /** Whether a newer update of a record replaces an older one that still waits. */
  coalesce: boolean
  /** How its bodies are made; null: as the event is. See shapes/shape.ts. */
  shape: string | null
}

export interface Match<E> {
  event: E
  subscription: Subscription
  /** Why a filter or an ignored origin keeps the event from the webhook; undefined: it is delivered. */
  filtered: string | undefined
}

export type SkipReason = 'inactive' | 'not subscribed'

/** How many events of one type a webhook did not get, and why. */
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
  /** Steps that the filters took. */
  steps: number
}

interface MatchedEvent {
  organization_id: string
  event: string
  origin: string | null
  /** The request body. */
  body: string
}

/** Steps of all filters of an organization for one event. */
const MAX_EVENT_STEPS = 1_000_000
/** Steps for a batch of events: about a tenth of a second of the sending thread. */
const MAX_BATCH_STEPS = 2_000_000

/** The filters would block the thread for too long; smaller batches let other work run in between. */
export class BatchTooCostly extends RangeError {
  override readonly name = 'BatchTooCostly'
}

/**
 * Decides every pair of an event and a webhook of its organization: a match, or a counted reason why not.
 * @param byOrganization the webhooks of each organization
 * @throws BatchTooCostly when the filters need too many steps for a batch; never for a single event
 */
export function matchWebhooks<E extends MatchedEvent>(
  events: readonly E[],
  byOrganization: ReadonlyMap<string, readonly Subscription[]>,
): Decisions<E> {
  const matches: Match<E>[] = []
  const skips = new Map<string, Skip>()
  let steps = 0
  for (const event of events) {
    if (steps > MAX_BATCH_STEPS) throw new BatchTooCostly('the filters take too many steps for this batch')
    const subject = lazySubject(event.body)
    let left = MAX_EVENT_STEPS
    const applyFilter = (filter: string): string | undefined => {
      const taken = new Steps(Math.min(left, MAX_FILTER_STEPS))
      try {
        return passes(filter, subject, taken)
      } finally {
        left -= taken.taken
        steps += taken.taken
      }
    }
    for (const subscription of byOrganization.get(event.organization_id) ?? []) {
      const reason = skipReason(subscription, event.event)
      if (reason === undefined)
        matches.push({ event, subscription, filtered: filterReason(subscription, event.origin, applyFilter) })
      else if (!isOperational(event.event)) countSkip(skips, subscription, event.event, reason)
    }
  }
  return { matches, skips: [...skips.values()], steps }
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

/** Parses the body for the first filter that needs it, once for all filters. */
function lazySubject(body: string): () => FilterSubject {
  let subject: FilterSubject | undefined
  return () => (subject ??= JSON.parse(body) as FilterSubject)
}

function filterReason(
  subscription: Subscription,
  origin: string | null,
  applyFilter: (filter: string) => string | undefined,
): string | undefined {
  if (origin !== null && subscription.ignore_origins.includes(origin)) return 'origin'
  return subscription.filter === null ? undefined : applyFilter(subscription.filter)
}

/** A filter that fails holds back only its own webhook's delivery, with the reason. */
function passes(filter: string, subject: () => FilterSubject, steps: Steps): string | undefined {
  try {
    return compiled(filter)(subject(), steps) ? undefined : 'filtered'
  } catch (error) {
    if (error instanceof OverBudget) return error.message
    return phrase('filter.failed', { problem: reasonOf(error) })
  }
}

const MAX_CACHED_FILTERS = 1_000
const filters = createLru<string, Filter>(MAX_CACHED_FILTERS)

function compiled(text: string): Filter {
  const known = filters.get(text)
  if (known !== undefined) return known
  const filter = compileFilter(JSON.parse(text))
  filters.set(text, filter)
  return filter
}
