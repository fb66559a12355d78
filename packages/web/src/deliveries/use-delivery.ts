import { useQuery } from '@tanstack/react-query'
import { getRows, query } from '../api/client.ts'
import type { Attempt, Delivery, Webhook, WebhookEvent } from '../api/types.ts'

type Hook = Pick<Webhook, 'name' | 'url' | 'is_active' | 'health'>

interface DeliveryRow extends Delivery {
  webhook_events: Pick<WebhookEvent, 'data' | 'previous' | 'timestamp' | 'origin'> | null
  webhook_configurations: Hook | null
}

/** A delivery with all its details; for a test, its only attempt. */
export interface Delivered {
  id: string
  webhookId: string
  event: string
  /** Undefined for a test. */
  row: DeliveryRow | undefined
  webhook: Hook | null
  /** Oldest first. */
  attempts: Attempt[]
}

const WAITING_MS = 2_000

export function useDelivery(id: string, isAttempt: boolean) {
  return useQuery({
    queryKey: ['delivery', id, isAttempt],
    queryFn: ({ signal }) => (isAttempt ? readTest(id, signal) : readDelivery(id, signal)),
    refetchInterval: ({ state }) =>
      ['pending', 'retrying'].includes(state.data?.row?.status ?? '') ? WAITING_MS : false,
  })
}

const WEBHOOK = 'webhook_configurations(name,url,is_active,health)'

async function readDelivery(id: string, signal: AbortSignal): Promise<Delivered | null> {
  const [rows, attempts] = await Promise.all([
    getRows<DeliveryRow>(
      `webhook_deliveries?${query({ id: `eq.${id}`, select: `*,codes,webhook_events(data,previous,timestamp,origin),${WEBHOOK}` })}`,
      signal,
    ),
    getRows<Attempt>(
      `webhook_logs?${query({ delivery_id: `eq.${id}`, select: '*,codes', order: 'created_at.asc', limit: '200' })}`,
      signal,
    ),
  ])
  const [row] = rows
  if (row === undefined) return null
  const { webhook_id: webhookId, event, webhook_configurations: webhook } = row
  return { id, webhookId, event, row, webhook, attempts }
}

async function readTest(id: string, signal: AbortSignal): Promise<Delivered | null> {
  const [attempt] = await getRows<Attempt & { webhook_configurations: Hook | null }>(
    `webhook_logs?${query({ id: `eq.${id}`, select: `*,codes,${WEBHOOK}` })}`,
    signal,
  )
  if (attempt === undefined) return null
  if (attempt.trigger !== 'test') return await readDelivery(attempt.delivery_id, signal)
  const { webhook_id: webhookId, event, webhook_configurations: webhook } = attempt
  return { id, webhookId, event, row: undefined, webhook, attempts: [attempt] }
}
