import { getRows, query } from '../../api/client.ts'
import { withPatience } from '../../api/patience.ts'
import type { Attempt, Delivery } from '../../api/types.ts'
import type { Filters } from '../filters.ts'
import { deliveryEntries, fetchMerged, testEntries } from '../list-query.ts'
import type { Cursor, Entry, Page, Scope } from '../list-query.ts'

/** One row for each delivery, or one for each of its attempts. */
export type Content = 'deliveries' | 'attempts'
/** JSON also has the headers and bodies of responses. */
export type Format = 'csv' | 'json'

export interface ExportChoice {
  scope: Scope
  filters: Filters
  content: Content
  format: Format
}

/** A delivery or test with the rows that it becomes. */
interface Exported extends Cursor {
  rows: readonly ExportedRow[]
}

interface Named {
  webhook_configurations: { name: string } | null
}

const DELIVERY =
  'id,event_id,webhook_id,event,record_id,status,reason,attempts,last_response_code,last_error,next_attempt_at,created_at,completed_at'
const ATTEMPT =
  'id,delivery_id,event_id,webhook_id,event,url,attempt,trigger,status,response_code,duration_ms,error_code,error_message,diagnosis,next_attempt_at,created_at'
const RESPONSE = 'request_headers,response_headers,response_body'
const NAME = 'webhook_configurations(name)'

/** So many that a page stays far below the largest response of the API. */
const PAGE_OF: Readonly<Record<Content, Record<Format, number>>> = {
  deliveries: { csv: 1_000, json: 1_000 },
  attempts: { csv: 250, json: 50 },
}

/** Of one delivery: somebody may have retried it by hand again and again. */
const MAX_ATTEMPTS = 200

/** The columns of the CSV, in their order. */
export const CSV_COLUMNS: Readonly<Record<Content, readonly string[]>> = {
  deliveries: listColumns(
    'delivery_id,event_id,webhook_id,webhook,event,record_id,is_test,status,reason,attempts,last_response_code,last_error,next_attempt_at,created_at,completed_at',
  ),
  attempts: listColumns(
    'attempt_id,delivery_id,event_id,webhook_id,webhook,event,record_id,url,attempt,trigger,status,response_code,duration_ms,error_code,error_message,diagnosis,next_attempt_at,created_at',
  ),
}

export type ExportedRow = Record<string, unknown>

type ExportedDelivery = Delivery & Named & { webhook_logs?: Attempt[] }

/** Reads what matches the filters, the newest first, page by page. */
export async function* readPages(choice: ExportChoice, signal: AbortSignal): AsyncGenerator<Page<Exported>> {
  const { scope, filters, content, format } = choice
  const size = PAGE_OF[content][format]
  let cursor: Cursor | null = null
  do {
    const range = { scope, filters, cursor, size }
    const page: Page<Exported> = await withPatience(
      () =>
        fetchMerged<Exported>(range, {
          deliveries: (entries) => fetchDeliveries([...entries, ...deliveryEntries(filters)], choice, signal),
          tests: (entries) => fetchTests([...entries, ...testEntries(filters)], choice, signal),
        }),
      signal,
    )
    yield page
    cursor = page.next
  } while (cursor !== null)
}

const attemptColumns = (format: Format): string => (format === 'json' ? `${ATTEMPT},${RESPONSE}` : ATTEMPT)

async function fetchDeliveries(
  entries: readonly Entry[],
  { content, format }: ExportChoice,
  signal: AbortSignal,
): Promise<Exported[]> {
  const attempts: Entry[] =
    content === 'attempts'
      ? [
          ['select', `${DELIVERY},${NAME},webhook_logs(${attemptColumns(format)})`],
          ['webhook_logs.order', 'attempt.desc'],
          ['webhook_logs.limit', String(MAX_ATTEMPTS)],
        ]
      : [['select', `${DELIVERY},${NAME}`]]
  const path = `webhook_deliveries?${query([...entries, ...attempts])}`
  const found = await getRows<ExportedDelivery>(path, signal)
  return found.map((delivery) => ({
    id: delivery.id,
    created_at: delivery.created_at,
    rows:
      content === 'attempts'
        ? (delivery.webhook_logs ?? []).map((attempt) => toAttemptRow(attempt, delivery, delivery.record_id))
        : [toDeliveryRow(delivery)],
  }))
}

async function fetchTests(
  entries: readonly Entry[],
  { content, format }: ExportChoice,
  signal: AbortSignal,
): Promise<Exported[]> {
  const path = `webhook_logs?${query([...entries, ['select', `${attemptColumns(format)},${NAME}`]])}`
  const found = await getRows<Attempt & Named>(path, signal)
  return found.map((test) => ({
    id: test.id,
    created_at: test.created_at,
    rows: [content === 'attempts' ? toAttemptRow(test, test, null) : toTestRow(test)],
  }))
}

const toDeliveryRow = ({ id, webhook_configurations: named, ...rest }: ExportedDelivery): ExportedRow => ({
  delivery_id: id,
  webhook: named?.name ?? null,
  is_test: false,
  ...rest,
})

/** A test is one attempt without a delivery. */
const toTestRow = (test: Attempt & Named): ExportedRow => ({
  delivery_id: null,
  event_id: null,
  webhook_id: test.webhook_id,
  webhook: test.webhook_configurations?.name ?? null,
  event: test.event,
  record_id: null,
  is_test: true,
  status: test.status === 'success' ? 'delivered' : 'failed',
  attempts: 1,
  last_response_code: test.response_code,
  last_error: test.error_message,
  created_at: test.created_at,
  completed_at: test.created_at,
})

const toAttemptRow = ({ id, ...attempt }: Attempt, named: Named, record: string | null): ExportedRow => ({
  attempt_id: id,
  webhook: named.webhook_configurations?.name ?? null,
  record_id: record,
  ...attempt,
  webhook_configurations: undefined,
})

function listColumns(names: string): readonly string[] {
  return names.split(',')
}
