import { query } from './client.ts'

/** The requests of the list, which start before its script is here. */

export const eq = (value: string): string => `eq.${value}`

export const WITH_LAST_ATTEMPT = {
  select: '*,codes,webhook_logs(id,created_at,status,response_code,event)',
  'webhook_logs.order': 'created_at.desc',
  'webhook_logs.limit': '1',
}

export const webhooksPath = (organizationId: string): string =>
  `webhook_configurations?${query({
    organization_id: eq(organizationId),
    ...WITH_LAST_ATTEMPT,
    order: 'created_at.asc',
  })}`

export const activityPath = (organizationId: string): string =>
  `webhook_activity?${query({ organization_id: eq(organizationId) })}`

export const queuesPath = (filter: Record<string, string>): string =>
  `webhook_queues?${query({ ...filter, select: 'webhook_id,waiting' })}`

export const listPaths = (organizationId: string): string[] =>
  [
    webhooksPath(organizationId),
    activityPath(organizationId),
    queuesPath({ organization_id: eq(organizationId) }),
  ].map((path) => `/rest/v1/${path}`)
