import type { Activity, ListedWebhook } from '../../api/types.ts'
import { covers } from '../event-names.ts'
import type { Condition } from '../condition.ts'
import { needsAttention } from '../condition.ts'

export const HEALTH_FILTERS = ['attention', 'healthy', 'off'] as const
export type HealthFilter = (typeof HEALTH_FILTERS)[number]

export const ORDERS = ['attention', 'name', 'newest', 'traffic'] as const
export type Order = (typeof ORDERS)[number]

/** What the list shows and in which order. All of it is in the address. */
export interface ListFilters {
  /** Part of a name, URL or description. */
  search: string
  health: HealthFilter | undefined
  event: string | undefined
  /** The cause of failures that several webhooks share. */
  cause: string | undefined
  order: Order
}

/** A webhook with what the list knows of it. */
export interface Item {
  webhook: ListedWebhook
  condition: Condition
  /** The last 24 hours; undefined: no attempts, or not loaded yet. */
  activity: Activity | undefined
  /** Pending deliveries; undefined while loading. */
  waiting: number | undefined
}

export function readListFilters(search: string): ListFilters {
  const params = new URLSearchParams(search)
  return {
    search: params.get('search') ?? '',
    health: HEALTH_FILTERS.find((each) => each === params.get('health')),
    event: params.get('event') ?? undefined,
    cause: params.get('cause') ?? undefined,
    order: ORDERS.find((each) => each === params.get('order')) ?? 'attention',
  }
}

export const isFiltering = ({ search, health, event, cause }: ListFilters): boolean =>
  search !== '' || health !== undefined || event !== undefined || cause !== undefined

/** Why a webhook needs attention, in the API's words; undefined if it does not, or gives no reason. */
export function reasonOf({ webhook, condition }: Item): string | undefined {
  if (!needsAttention(condition)) return undefined
  return (webhook.is_active ? webhook.health_reason : webhook.disabled_reason) ?? undefined
}

const LAST_ERROR = /last error: (.+?)\.(?: |$)/

/** The cause within a reason, which also says how often and since when: webhooks with the same cause belong together. */
export function causeOf(item: Item): string | undefined {
  const reason = reasonOf(item)
  return reason === undefined ? undefined : (LAST_ERROR.exec(reason)?.[1] ?? reason)
}

export const filterItems = (items: readonly Item[], filters: ListFilters): Item[] =>
  items.filter((item) => matches(item, filters)).toSorted(comparisonOf(filters.order))

function matches(item: Item, { search, health, event, cause }: ListFilters): boolean {
  const { webhook, condition } = item
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const text = `${webhook.name} ${webhook.url} ${webhook.description ?? ''}`.toLocaleLowerCase()
  return (
    words.every((word) => text.includes(word)) &&
    (health === undefined || healthOf(condition) === health) &&
    (event === undefined || webhook.events.some((each) => covers(each, event))) &&
    (cause === undefined || causeOf(item) === cause)
  )
}

export function healthOf(condition: Condition): HealthFilter {
  if (needsAttention(condition)) return 'attention'
  return condition === 'off' ? 'off' : 'healthy'
}

/** The most urgent first. */
const URGENCY: readonly Condition[] = [
  'switchedOff',
  'held',
  'failing',
  'unreliable',
  'recovering',
  'healthy',
  'unused',
  'off',
]

const byName = (a: Item, b: Item): number => a.webhook.name.localeCompare(b.webhook.name)

function comparisonOf(order: Order): (a: Item, b: Item) => number {
  if (order === 'name') return byName
  if (order === 'newest') return (a, b) => (a.webhook.created_at < b.webhook.created_at ? 1 : -1)
  if (order === 'traffic')
    return (a, b) => (b.activity?.attempts ?? 0) - (a.activity?.attempts ?? 0) || byName(a, b)
  return (a, b) => URGENCY.indexOf(a.condition) - URGENCY.indexOf(b.condition) || byName(a, b)
}

export interface SharedCause {
  cause: string
  count: number
}

/** The causes that several webhooks share, the most frequent first. */
export function findSharedCauses(items: readonly Item[]): SharedCause[] {
  const counts = new Map<string, number>()
  for (const item of items) {
    const cause = causeOf(item)
    if (cause !== undefined) counts.set(cause, (counts.get(cause) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([cause, count]) => ({ cause, count }))
    .toSorted((a, b) => b.count - a.count)
}
