import { z } from 'zod'
import { covers } from '../../events/event-types.ts'
import type { Filter } from '../../fanout/filter.ts'
import { compileFilter } from '../../fanout/filter.ts'
import { ApiError, messageOf } from '../../errors.ts'
import type { Principal } from '../rest/principal.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, findVisible, readAs } from './rpc.ts'

/** How far back a preview looks, and how much of what it finds it shows. */
const RECENT_EVENTS = 500
const SAMPLES = 5

const schema = z
  .strictObject({
    webhook_id: z.guid('must be the UUID of a webhook').optional(),
    organization_id: z.guid('must be the UUID of an organization').optional(),
    events: z
      .array(z.string('must be text'), 'must be a list of event types')
      .min(1, 'must name at least one')
      .optional(),
    filter: z.unknown(),
  })
  .refine(({ webhook_id, events }) => (webhook_id === undefined) !== (events === undefined), {
    path: ['webhook_id'],
    message: 'give either webhook_id or events',
  })

interface RecentEvent {
  id: string
  event: string
  timestamp: Date
  data: string
  previous: string | null
}

/** What a filter would have let through of the organization's last events; nothing is stored or sent. */
export const previewFilter = defineFunction('read', schema, async (context, input, principal) => {
  const filter = readFilter(input.filter)
  const { organizationId, subscriptions } = await chooseSource(context, input, principal)
  const recent = await readAs<RecentEvent>(
    context,
    principal,
    `select id, event, timestamp, data, previous from webhooks.webhook_events
     where organization_id = $1 order by created_at desc limit ${RECENT_EVENTS}`,
    [organizationId],
  )
  const considered = recent
    .filter(({ event }) => subscriptions.some((name) => covers(name, event)))
    .map(parse)
  const matched = considered.filter(filter)
  return { matched: matched.length, of: considered.length, samples: matched.slice(0, SAMPLES) }
})

function readFilter(query: unknown): Filter {
  try {
    return compileFilter(query)
  } catch (error) {
    throw new ApiError(400, '22023', `filter: ${messageOf(error)}`, { details: 'filter' })
  }
}

interface Source {
  organizationId: string
  subscriptions: readonly string[]
}

async function chooseSource(
  context: RpcContext,
  { webhook_id, organization_id, events = [] }: z.infer<typeof schema>,
  principal: Principal,
): Promise<Source> {
  if (webhook_id !== undefined) {
    const webhook = await findVisible<{ organization_id: string; events: string[] }>(
      context,
      principal,
      'webhook',
      'select organization_id, events from webhooks.webhook_configurations where id = $1',
      webhook_id,
    )
    return { organizationId: webhook.organization_id, subscriptions: webhook.events }
  }
  const organizationId = organization_id ?? principal.organizationId
  if (organizationId === null) {
    throw new ApiError(400, '22023', 'organization_id: is needed with events and the service key', {
      details: 'organization_id',
    })
  }
  return { organizationId, subscriptions: events }
}

function parse({ id, event, timestamp, data, previous }: RecentEvent) {
  const parsed = { id, event, timestamp: timestamp.toISOString(), data: JSON.parse(data) as object }
  return previous === null ? parsed : { ...parsed, previous: JSON.parse(previous) as object }
}
