import { getRows, query, quoted } from '../api/client.ts'
import type { Attempt, Delivery, DeliveryStatus } from '../api/types.ts'
import type { Filters } from './filters.ts'
import type { RecordNames } from './record-title.ts'
import { RECORD_COLUMNS } from './record-title.ts'

const PAGE = 50

/** A line of the list: a delivery, or a test, which has none. */
export interface Item {
  id: string
  isTest: boolean
  webhook_id: string
  webhookName: string | undefined
  event: string
  record: RecordNames | null
  status: DeliveryStatus
  code: number | null
  /** The error, or the reason why it was not sent. */
  reason: string | null
  attempts: number
  next_attempt_at: string | null
  created_at: string
}

export interface Cursor {
  created_at: string
  id: string
}

export interface Page {
  items: Item[]
  /** Start of the next page; null on the last one. */
  next: Cursor | null
}

export interface Scope {
  organizationId: string
  webhookId: string | undefined
}

type Entry = readonly [string, string | undefined]

/**
 * Fetches a page after the cursor, newest first. Tests appear between the deliveries by time; they are only searched
 * within the period of the page, so that their cost does not grow with the log.
 */
export async function fetchPage(
  scope: Scope,
  filters: Filters,
  cursor: Cursor | null,
  signal?: AbortSignal,
): Promise<Page> {
  const common = [...scopeEntries(scope), ...timeEntries(filters, cursor), ['limit', String(PAGE)] as const]
  const deliveries = filters.status === 'test' ? [] : await fetchDeliveries(common, filters, signal)
  const oldest = deliveries.length === PAGE ? deliveries.at(-1)?.created_at : undefined
  const tests = await fetchTests([...common, ['created_at', oldest && `gte.${oldest}`]], filters, signal)
  return mergePage(deliveries, tests)
}

function mergePage(deliveries: Item[], tests: Item[]): Page {
  const full = [deliveries, tests].filter((list) => list.length === PAGE).map((list) => list.at(-1)!)
  const [end] = full.sort(newestFirst)
  const items = [...deliveries, ...tests].sort(newestFirst)
  if (end === undefined) return { items, next: null }
  const shown = items.filter((item) => newestFirst(item, end) <= 0)
  return { items: shown, next: { created_at: end.created_at, id: end.id } }
}

export const newestFirst = (a: Cursor, b: Cursor): number =>
  compare(b.created_at, a.created_at) || compare(b.id, a.id)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function scopeEntries({ organizationId, webhookId }: Scope): Entry[] {
  return webhookId === undefined
    ? [['organization_id', `eq.${organizationId}`]]
    : [['webhook_id', `eq.${webhookId}`]]
}

function timeEntries({ since, until }: Filters, cursor: Cursor | null): Entry[] {
  const entries: Entry[] = [
    ['created_at', since && `gte.${since}`],
    ['created_at', until && `lt.${until}`],
    ['order', 'created_at.desc,id.desc'],
  ]
  if (cursor === null) return entries
  const time = quoted(cursor.created_at)
  return [
    ...entries,
    ['created_at', `lte.${cursor.created_at}`],
    ['or', `(created_at.lt.${time},and(created_at.eq.${time},id.lt.${cursor.id}))`],
  ]
}

/** `500` is a code, `5xx` a class, `none` no response at all. */
function codeEntries(column: string, code: string | undefined): Entry[] {
  if (code === undefined) return []
  if (code === 'none') return [[column, 'is.null']]
  const [, kind] = /^([1-5])xx$/i.exec(code) ?? []
  if (kind !== undefined)
    return [
      [column, `gte.${kind}00`],
      [column, `lt.${Number(kind) + 1}00`],
    ]
  return /^\d{3}$/.test(code) ? [[column, `eq.${code}`]] : []
}

type DeliveryRow = Delivery & {
  webhook_events: RecordNames | null
  webhook_configurations: { name: string } | null
}

async function fetchDeliveries(
  common: readonly Entry[],
  filters: Filters,
  signal: AbortSignal | undefined,
): Promise<Item[]> {
  const rows = await getRows<DeliveryRow>(
    `webhook_deliveries?${query([
      ...common,
      ['select', `*,webhook_events(${RECORD_COLUMNS}),webhook_configurations(name)`],
      ['status', filters.status && `eq.${filters.status}`],
      ['event', filters.event && `eq.${filters.event}`],
      ['record_id', filters.record && `eq.${filters.record}`],
      ...codeEntries('last_response_code', filters.code),
    ])}`,
    signal,
  )
  return rows.map((row) => ({
    id: row.id,
    isTest: false,
    webhook_id: row.webhook_id,
    webhookName: row.webhook_configurations?.name,
    event: row.event,
    record: row.webhook_events,
    status: row.status,
    code: row.last_response_code,
    reason: row.status === 'delivered' ? null : (row.reason ?? row.last_error),
    attempts: row.attempts,
    next_attempt_at: row.next_attempt_at,
    created_at: row.created_at,
  }))
}

const TEST_STATUS: Partial<Record<NonNullable<Filters['status']>, string>> = {
  delivered: 'eq.success',
  failed: 'eq.failed',
}

type TestRow = Attempt & { webhook_configurations: { name: string } | null }

async function fetchTests(
  common: readonly Entry[],
  { status, event, code, record }: Filters,
  signal: AbortSignal | undefined,
): Promise<Item[]> {
  const isExcluded = status !== undefined && status !== 'test' && TEST_STATUS[status] === undefined
  if (isExcluded || record !== undefined) return []
  const rows = await getRows<TestRow>(
    `webhook_logs?${query([
      ...common,
      ['trigger', 'eq.test'],
      [
        'select',
        'id,webhook_id,event,status,response_code,error_message,created_at,webhook_configurations(name)',
      ],
      ['status', status && TEST_STATUS[status]],
      ['event', event && `eq.${event}`],
      ...codeEntries('response_code', code),
    ])}`,
    signal,
  )
  return rows.map((row) => ({
    id: row.id,
    isTest: true,
    webhook_id: row.webhook_id,
    webhookName: row.webhook_configurations?.name,
    event: row.event,
    record: null,
    status: row.status === 'success' ? 'delivered' : 'failed',
    code: row.response_code,
    reason: row.error_message,
    attempts: 1,
    next_attempt_at: null,
    created_at: row.created_at,
  }))
}
