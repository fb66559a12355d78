import { query } from './client.ts'

/** The requests of the list, which start before its script is here. */

export const eq = (value: string): string => `eq.${value}`

const LAST_ATTEMPT = 'webhook_logs(id,created_at,status,response_code,event)'

/** All columns but the transform and its tests, which may be long and are not shown. */
const LISTED =
  'id,organization_id,name,url,events,is_active,has_secret,secret_hint,previous_secret_until,signature_type,description,filter,headers,auth,timeout_ms,rate_limit,max_in_flight,ordering,coalesce,ignore_origins,redact,format,payload,disabled_reason,disabled_at,health,health_since,health_reason,is_recovering,certificate_expires_at,created_at,updated_at,codes'

export const WITH_LAST_ATTEMPT = {
  select: `*,codes,${LAST_ATTEMPT}`,
  'webhook_logs.order': 'created_at.desc',
  'webhook_logs.limit': '1',
}

export const webhooksPath = (organizationId: string): string =>
  `webhook_configurations?${query({
    organization_id: eq(organizationId),
    ...WITH_LAST_ATTEMPT,
    select: `${LISTED},${LAST_ATTEMPT}`,
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
