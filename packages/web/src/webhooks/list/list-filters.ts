import type { CodedText } from '@connectgain/webhooks-client'
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

/** What the server says, with its code if it has one. */
export interface Reason {
  text: string
  coded: CodedText | undefined
}

/** Why a webhook needs attention; undefined if it does not, or gives no reason. */
export function reasonOf({ webhook, condition }: Item): Reason | undefined {
  if (!needsAttention(condition)) return undefined
  const column = webhook.is_active ? 'health_reason' : 'disabled_reason'
  const { [column]: text } = webhook
  return text == null ? undefined : { text, coded: webhook.codes?.[column] }
}

const LAST_ERROR = /last error: (.+?)\.(?: |$)/

/** The cause within a reason, which also says how often and since when: webhooks with the same cause belong together. */
export function causeOf(item: Item): Reason | undefined {
  const reason = reasonOf(item)
  const text = LAST_ERROR.exec(reason?.text ?? '')?.[1]
  return text === undefined ? reason : { text, coded: problemIn(reason?.coded) }
}

/** The last error, which the code of a reason names as a text of its own. */
function problemIn(coded: CodedText | undefined): CodedText | undefined {
  const { reason, problem } = (coded?.params ?? {}) as { reason?: CodedText; problem?: CodedText }
  const found = problem ?? (typeof reason === 'object' ? problemIn(reason) : undefined)
  return typeof found === 'object' ? found : undefined
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
    (cause === undefined || causeOf(item)?.text === cause)
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
  cause: Reason
  count: number
}

/** The causes that several webhooks share, the most frequent first. */
export function findSharedCauses(items: readonly Item[]): SharedCause[] {
  const causes = items.map(causeOf).filter((cause) => cause !== undefined)
  return [...Map.groupBy(causes, ({ text }) => text).values()]
    .filter((same) => same.length > 1)
    .map((same) => ({ cause: same[0]!, count: same.length }))
    .toSorted((a, b) => b.count - a.count)
}
