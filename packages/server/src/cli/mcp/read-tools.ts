import { z } from 'zod'
import { requireRow } from '../client/api.ts'
import { parseTimeOption } from '../client/parse.ts'
import { readLastCheckup } from './checkups.ts'
import { explainFailures } from './explain-failures.ts'
import { defineTool, deliveryId, limit, organizationId, webhookId } from './tool.ts'
import type { Tool } from './tool.ts'

const MAX_WEBHOOKS = 50
const MAX_ATTEMPTS = 20

const WEBHOOK_COLUMNS =
  'id,organization_id,name,url,events,is_active,health,health_reason,health_since,disabled_reason,disabled_at,certificate_expires_at'

const listWebhooks = defineTool({
  name: 'list_webhooks',
  title: 'List webhooks',
  description:
    'Lists webhooks with their health, those with problems first: health is healthy, degraded or held (on hold while the endpoint is down), with the reason; attempts and failures of the last 24 hours; waiting deliveries.',
  input: z.object({ organization_id: organizationId, limit }),
  isWrite: false,
  run: async (api, input) => {
    const rows = await api.webhooks
      .list({
        where: { organization_id: input.organization_id },
        select: WEBHOOK_COLUMNS,
        order: 'health.desc,disabled_at.desc.nullslast,id',
        limit: Math.min(input.limit, MAX_WEBHOOKS),
        pageSize: MAX_WEBHOOKS,
      })
      .toArray()
    const ids = { webhook_id: rows.map(({ id }) => id) }
    if (rows.length === 0) return { webhooks: [] }
    const [activities, queues] = await Promise.all([
      api.table('webhook_activity').list({ where: ids, order: 'webhook_id', pageSize: 1_000 }).toArray(),
      api.table('webhook_queues').list({ where: ids, order: 'webhook_id', pageSize: 1_000 }).toArray(),
    ])
    return {
      webhooks: rows.map((row) => {
        const activity = activities.find(({ webhook_id }) => webhook_id === row.id)
        return {
          ...row,
          attempts_24h: activity?.attempts ?? 0,
          failed_24h: activity?.failed ?? 0,
          waiting: queues.find(({ webhook_id }) => webhook_id === row.id)?.waiting ?? 0,
        }
      }),
    }
  },
})

const explain = defineTool({
  name: 'explain_failures',
  title: 'Explain failures',
  description:
    'Explains why deliveries of a webhook fail: its state, the causes of failed attempts of the last 7 days with how often, since when, a diagnosis and a delivery as an example, the last success, and the problems that the last check-up of the endpoint found.',
  input: z.object({ webhook_id: webhookId }),
  isWrite: false,
  run: (api, input) => explainFailures(api, input.webhook_id),
})

const showDelivery = defineTool({
  name: 'show_delivery',
  title: 'Show a delivery',
  description: `Shows a delivery (one event to one webhook) with its last ${MAX_ATTEMPTS} attempts: times, response codes, the beginning of each response, and a diagnosis of each failure. The event's data are not shown.`,
  input: z.object({ delivery_id: deliveryId }),
  isWrite: false,
  run: async (api, { delivery_id: id }) => {
    const delivery = await requireRow(api.deliveries.get(id), `no delivery has the id ${id}`)
    const attempts = await api.logs
      .list({
        where: { delivery_id: id },
        order: 'created_at.desc,id.desc',
        limit: MAX_ATTEMPTS,
        select: `${ATTEMPT_COLUMNS},response_body`,
      })
      .toArray()
    return { delivery, attempts }
  },
})

const ATTEMPT_COLUMNS =
  'id,delivery_id,webhook_id,event,attempt,trigger,status,response_code,error_code,error_message,diagnosis,duration_ms,created_at,next_attempt_at'

const listRecentFailures = defineTool({
  name: 'list_recent_failures',
  title: 'List recent failures',
  description: 'Lists failed attempts, the latest first, with error and diagnosis.',
  input: z.object({
    webhook_id: webhookId.optional(),
    organization_id: organizationId,
    since: z.string().default('24h').describe('A duration such as 2h or 3d, or a time in ISO 8601'),
    limit,
  }),
  isWrite: false,
  run: async (api, input) => ({
    failures: await api.logs
      .list({
        where: {
          webhook_id: input.webhook_id,
          organization_id: input.organization_id,
          status: 'failed',
          created_at: { gte: parseTimeOption(input.since) },
        },
        order: 'created_at.desc,id.desc',
        limit: input.limit,
        select: ATTEMPT_COLUMNS,
      })
      .toArray(),
  }),
})

const showCheckup = defineTool({
  name: 'show_checkup',
  title: 'Show the last check-up',
  description:
    'Shows the last check-up of the endpoint of a webhook: twelve checks, such as its certificate and whether it refuses wrong signatures, with advice.',
  input: z.object({ webhook_id: webhookId }),
  isWrite: false,
  run: async (api, { webhook_id: id }) => {
    await requireRow(api.webhooks.get(id), `no webhook has the id ${id}`)
    return { checkup: (await readLastCheckup(api, id)) ?? 'This endpoint was never checked.' }
  },
})

export const READ_TOOLS: readonly Tool[] = [
  listWebhooks,
  explain,
  showDelivery,
  listRecentFailures,
  showCheckup,
]
