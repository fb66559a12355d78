import { quoted } from '../api/client.ts'
import type { Filters } from './filters.ts'

/** A parameter of a query. */
export type Entry = readonly [string, string | undefined]

/** A place in the list. */
export interface Cursor {
  created_at: string
  id: string
}

export interface Page<Row> {
  items: Row[]
  /** Start of the next page; null on the last one. */
  next: Cursor | null
}

export interface Scope {
  organizationId: string
  webhookId: string | undefined
}

interface Range {
  scope: Scope
  filters: Filters
  /** Null: from the newest on. */
  cursor: Cursor | null
  size: number
}

interface Sources<Row> {
  deliveries: (entries: readonly Entry[]) => Promise<Row[]>
  tests: (entries: readonly Entry[]) => Promise<Row[]>
}

/**
 * Fetches deliveries and tests that match the filters, newest first. Tests appear between the deliveries by time; they are only
 * searched within the period of the page, so that their cost does not grow with the log.
 */
export async function fetchMerged<Row extends Cursor>(
  { scope, filters, cursor, size }: Range,
  sources: Sources<Row>,
): Promise<Page<Row>> {
  const common = [...scopeEntries(scope), ...timeEntries(filters, cursor), ['limit', String(size)] as const]
  const deliveries = filters.status === 'test' ? [] : await sources.deliveries(common)
  const oldest = deliveries.length === size ? deliveries.at(-1)?.created_at : undefined
  const tests = hasTests(filters)
    ? await sources.tests([...common, ['created_at', oldest && `gte.${oldest}`]])
    : []
  return mergePage(deliveries, tests, size)
}

function mergePage<Row extends Cursor>(deliveries: Row[], tests: Row[], size: number): Page<Row> {
  const full = [deliveries, tests].filter((list) => list.length === size).map((list) => list.at(-1)!)
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

/** What a delivery has to be. */
export const deliveryEntries = ({ status, event, code, record }: Filters): Entry[] => [
  ['status', status && `eq.${status}`],
  ['event', event && `eq.${event}`],
  ['record_id', record && `eq.${record}`],
  ...codeEntries('last_response_code', code),
]

const TEST_STATUS: Partial<Record<NonNullable<Filters['status']>, string>> = {
  delivered: 'eq.success',
  failed: 'eq.failed',
}

/** A test has no record, and is never pending. */
const hasTests = ({ status, record }: Filters): boolean =>
  record === undefined && (status === undefined || status === 'test' || TEST_STATUS[status] !== undefined)

/** What a row of the log has to be. */
export const testEntries = ({ status, event, code }: Filters): Entry[] => [
  ['trigger', 'eq.test'],
  ['status', status && TEST_STATUS[status]],
  ['event', event && `eq.${event}`],
  ...codeEntries('response_code', code),
]
