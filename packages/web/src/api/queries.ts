import type { Row } from '@connectgain/webhooks-client'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { call, countRows, getRows, query, readAllowed } from './client.ts'
import { inOrder } from './event-order.ts'
import { orderExample } from './example-order.ts'
import { WITH_LAST_ATTEMPT, activityPath, eq, queuesPath, webhooksPath } from './list-paths.ts'
import type {
  Activity,
  DriftedCapture,
  FaultCount,
  EventType,
  Inbox,
  InboxRequest,
  ListedWebhook,
  ShownWebhook,
  Organization,
  Redelivery,
  SigningKey,
  Skip,
} from './types.ts'

const SECOND = 1_000
const HOUR = 3_600_000

export function useOrganizations(isNeeded: boolean) {
  return useQuery({
    queryKey: ['organizations'],
    queryFn: ({ signal }) =>
      getRows<Organization>('organizations?select=id,name,external_id&order=name&limit=1000', signal),
    enabled: isNeeded,
    retry: false,
    staleTime: 60 * SECOND,
  })
}

/** Whether organizations are made here, and not in a CRM of their own. */
export function useCanCreateOrganizations(isNeeded: boolean) {
  return useQuery({
    queryKey: ['can-create-organizations'],
    queryFn: ({ signal }) => readAllowed('organizations', signal),
    select: (methods) => methods.includes('POST'),
    enabled: isNeeded,
    retry: false,
  })
}

/** If the CRM's own organizations are elsewhere, lists those that have a webhook. */
export function useOrganizationIds(isNeeded: boolean) {
  return useQuery({
    queryKey: ['organization-ids'],
    queryFn: async ({ signal }) => {
      const rows = await getRows<{ organization_id: string }>(
        'webhook_configurations?select=organization_id&limit=1000',
        signal,
      )
      return [...new Set(rows.map((row) => row.organization_id))]
    },
    enabled: isNeeded,
  })
}

export const faultsQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['faults', organizationId],
    queryFn: ({ signal }) =>
      getRows<FaultCount>(
        `webhook_fault_counts?${query({
          organization_id: eq(organizationId),
          select: 'webhook_id,count,last_reason,last_delivery_id,codes,webhook:webhook_configurations(name)',
          order: 'last_at.desc',
          limit: '1000',
        })}`,
        signal,
      ),
    refetchInterval: 30 * SECOND,
  })

export const capturesQuery = (isOperator: boolean) =>
  queryOptions({
    queryKey: ['captures'],
    queryFn: ({ signal }) =>
      getRows<DriftedCapture>(
        `webhook_captures?${query({ status: 'neq.ok', select: 'table_name,status,problems', order: 'table_name' })}`,
        signal,
      ),
    enabled: isOperator,
    retry: false,
    refetchInterval: 60 * SECOND,
  })

export const webhooksQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['webhooks', organizationId],
    queryFn: ({ signal }) => getRows<ListedWebhook>(webhooksPath(organizationId), signal),
    refetchInterval: 10 * SECOND,
  })

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhook', id],
    queryFn: async ({ signal }) =>
      (
        await getRows<ShownWebhook>(
          `webhook_configurations?${query({ id: eq(id), ...WITH_LAST_ATTEMPT })}`,
          signal,
        )
      )[0] ?? null,
    refetchInterval: 10 * SECOND,
  })

type QueueRow = Pick<Row<'webhook_queues'>, 'webhook_id' | 'waiting'>

/** Counts pending deliveries by webhook. */
export const waitingCountsQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['waiting', organizationId],
    queryFn: async ({ signal }) => {
      const rows = await getRows<QueueRow>(queuesPath({ organization_id: eq(organizationId) }), signal)
      return new Map(rows.map(({ webhook_id, waiting }) => [webhook_id, waiting]))
    },
    refetchInterval: 20 * SECOND,
  })

/** Reads the last 24 hours of all webhooks of an organization, by webhook. */
export const activityQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['activity', organizationId],
    queryFn: async ({ signal }) => {
      const rows = await getRows<Activity>(activityPath(organizationId), signal)
      return new Map(rows.map((row) => [row.webhook_id, row]))
    },
    refetchInterval: 30 * SECOND,
  })

export const webhookActivityQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['activity-of', webhookId],
    queryFn: async ({ signal }) =>
      (await getRows<Activity>(`webhook_activity?${query({ webhook_id: eq(webhookId) })}`, signal))[0] ??
      null,
    refetchInterval: 30 * SECOND,
  })

export const waitingCountQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['waiting-of', webhookId],
    queryFn: async ({ signal }) =>
      (await getRows<QueueRow>(queuesPath({ webhook_id: eq(webhookId) }), signal))[0]?.waiting ?? 0,
    refetchInterval: 20 * SECOND,
  })

export const RANGES = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const
export type Range = keyof typeof RANGES

/** Rounds the range to whole buckets, so that the query only changes when a bucket ends. */
function rangeBounds(range: Range): { since: string; until: string; bucket: '1h' | '1d' } {
  const bucket = range === '30d' ? '1d' : '1h'
  const width = bucket === '1d' ? 24 * HOUR : HOUR
  const until = (Math.floor(Date.now() / width) + 1) * width
  return {
    since: new Date(until - RANGES[range] * HOUR).toISOString(),
    until: new Date(until).toISOString(),
    bucket,
  }
}

type StatsScope = { webhook_id: string } | { organization_id: string }

export const statsQuery = (scope: StatsScope, range: Range) =>
  queryOptions({
    queryKey: ['stats', scope, range],
    queryFn: ({ signal }) => call('webhook_stats', { ...scope, ...rangeBounds(range) }, signal),
    refetchInterval: 20 * SECOND,
    placeholderData: keepPreviousData,
  })

/** Reads the public keys of an organization that sign, the current one first. */
export const signingKeysQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ['signing-keys', organizationId],
    queryFn: ({ signal }) =>
      getRows<SigningKey>(
        `webhook_signing_keys?${query({
          organization_id: eq(organizationId),
          or: `(expires_at.is.null,expires_at.gt."${new Date().toISOString()}")`,
          select: 'id,public_key,expires_at',
          order: 'created_at.desc',
        })}`,
        signal,
      ),
    refetchInterval: 30 * SECOND,
  })

export const eventTypesQuery = queryOptions({
  queryKey: ['event-types'],
  queryFn: async ({ signal }) => {
    const types = await getRows<EventType>('webhook_event_types?select=*,codes', signal)
    return inOrder(types).map((type) => ({ ...type, example: orderExample(type) }))
  },
  staleTime: 10 * 60 * SECOND,
})

export const skipsQuery = (webhookId: string, since: string) =>
  queryOptions({
    queryKey: ['skips', webhookId, since],
    queryFn: ({ signal }) =>
      getRows<Skip>(
        `webhook_skips?${query({ webhook_id: eq(webhookId), day: `gte.${since}`, select: 'event,reason,count' })}`,
        signal,
      ),
  })

export const redeliveriesQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['redeliveries', webhookId],
    queryFn: ({ signal }) =>
      getRows<Redelivery>(
        `webhook_redeliveries?${query({ webhook_id: eq(webhookId), order: 'created_at.desc', limit: '5' })}`,
        signal,
      ),
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'running') === true ? SECOND : 30 * SECOND,
  })

/**
 * Counts what became of the deliveries of a bulk retry or replay: those of its period, and new ones, that changed since it began.
 */
export const outcomeQuery = ({ id, webhook_id: webhookId, since, until, created_at: start }: Redelivery) =>
  queryOptions({
    queryKey: ['redelivery-outcome', id],
    queryFn: async ({ signal }) => {
      const count = (statuses: string): Promise<number> =>
        countRows(
          `webhook_deliveries?${query({
            webhook_id: eq(webhookId),
            updated_at: `gte.${start}`,
            or: `(and(created_at.gte."${since}",created_at.lt."${until ?? start}"),created_at.gte."${start}")`,
            status: `in.(${statuses})`,
            select: 'id',
          })}`,
          signal,
        )
      const [delivered, failed, pending] = await Promise.all(
        ['delivered', 'failed', 'pending,retrying'].map(count),
      )
      return { delivered: delivered ?? 0, failed: failed ?? 0, pending: pending ?? 0 }
    },
    refetchInterval: ({ state }) => (state.data?.pending === 0 ? false : 3 * SECOND),
  })

/** Finds the inbox with this URL; null if the URL is not an inbox, or inboxes are not available. */
export const inboxOfQuery = (url: string) =>
  queryOptions({
    queryKey: ['inbox-of', url],
    queryFn: async ({ signal }) => {
      const id = /\/receive\/([^/?#]+)$/.exec(url)?.[1]
      if (id === undefined) return null
      const inboxes = await getRows<Inbox>(`webhook_inboxes?id=eq.${encodeURIComponent(id)}`, signal)
      return inboxes[0] ?? null
    },
    retry: false,
    staleTime: 60 * SECOND,
  })

export const inboxRequestsQuery = (inboxId: string) =>
  queryOptions({
    queryKey: ['inbox-requests', inboxId],
    queryFn: ({ signal }) =>
      getRows<InboxRequest>(
        `webhook_inbox_requests?${query({ inbox_id: eq(inboxId), order: 'created_at.desc', limit: '20' })}`,
        signal,
      ),
    refetchInterval: SECOND,
  })
