import type { CodedText } from '@connectgain/webhooks-client'
import { getRows, query } from '../api/client.ts'
import type { Attempt, Delivery, DeliveryStatus, Webhook } from '../api/types.ts'
import type { Filters } from './filters.ts'
import { deliveryEntries, fetchMerged, testEntries } from './list-query.ts'
import type { Cursor, Entry, Page, Scope } from './list-query.ts'
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
  coded: CodedText | undefined
  attempts: number
  next_attempt_at: string | null
  /** Nothing is sent to its endpoint until that recovers, whatever the time of the next attempt. */
  isHeld: boolean
  created_at: string
}

/** Fetches a page of the list after the cursor. */
export async function fetchPage(
  scope: Scope,
  filters: Filters,
  cursor: Cursor | null,
  signal?: AbortSignal,
): Promise<Page<Item>> {
  const range = { scope, filters, cursor, size: PAGE }
  return await fetchMerged(range, {
    deliveries: (entries) => fetchDeliveries([...entries, ...deliveryEntries(filters)], signal),
    tests: (entries) => fetchTests([...entries, ...testEntries(filters)], signal),
  })
}

type DeliveryRow = Delivery & {
  webhook_events: RecordNames | null
  webhook_configurations: Pick<Webhook, 'name' | 'health'> | null
}

async function fetchDeliveries(entries: readonly Entry[], signal: AbortSignal | undefined): Promise<Item[]> {
  const select = `*,codes,webhook_events(${RECORD_COLUMNS}),webhook_configurations(name,health)`
  const rows = await getRows<DeliveryRow>(
    `webhook_deliveries?${query([...entries, ['select', select]])}`,
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
    coded: row.reason === null ? row.codes?.last_error : row.codes?.reason,
    attempts: row.attempts,
    next_attempt_at: row.next_attempt_at,
    isHeld: row.webhook_configurations?.health === 'held',
    created_at: row.created_at,
  }))
}

type TestRow = Attempt & { webhook_configurations: { name: string } | null }

const TEST_COLUMNS =
  'id,webhook_id,event,status,response_code,error_message,codes,created_at,webhook_configurations(name)'

async function fetchTests(entries: readonly Entry[], signal: AbortSignal | undefined): Promise<Item[]> {
  const rows = await getRows<TestRow>(`webhook_logs?${query([...entries, ['select', TEST_COLUMNS]])}`, signal)
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
    coded: row.codes?.error_message,
    attempts: 1,
    next_attempt_at: null,
    isHeld: false,
    created_at: row.created_at,
  }))
}
