import type { Said } from '../../domain/messages/phrase.ts'
import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { covers } from '../../domain/event-types/covers.ts'
import type { Filter } from '../../domain/filter/filter.ts'
import { FilterError, compileNewFilter } from '../../domain/filter/filter.ts'
import { OverBudget, Steps } from '../../domain/filter/filter-steps.ts'
import type { RowOf } from '../../database/statement.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'
import { count, time } from './results.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, findVisible, readAs } from './rpc.ts'
import { findWebhook, listRecentEvents } from './sql/statements.generated.ts'

/** The number of events a preview examines, and how many results it shows. */
const MAX_RECENT_EVENTS = 500
const SAMPLES = 5
/** Limit on the total size of the examined events. */
const MAX_RECENT_BYTES = 32 * 1024 * 1024
const MAX_STEPS = 2_000_000
const MAX_MS = 2_000
/** Events smaller than this are examined in one turn of the event loop with the next. */
const SMALL_BYTES = 4_096
const SMALL_STEPS = 1_000

const schema = z
  .strictObject({
    webhook_id: z.guid(phrase('field.uuidOfWebhook')).optional(),
    organization_id: z.guid(phrase('field.uuidOfOrganization')).optional(),
    events: z
      .array(z.string(phrase('field.text')), phrase('field.eventList'))
      .min(1, phrase('field.atLeastOne'))
      .optional(),
    filter: z.custom<unknown>((given) => given !== undefined, phrase('field.filter')),
  })
  .refine(({ webhook_id, events }) => (webhook_id === undefined) !== (events === undefined), {
    path: ['webhook_id'],
    message: phrase('field.eitherWebhookOrEvents'),
  })

type Fields = Record<string, unknown>

const fields: z.ZodType<Fields> = z.record(z.string(), z.unknown())

const sample = z.object({
  id: z.guid(),
  event: z.string(),
  timestamp: time,
  data: fields,
  previous: fields.optional(),
})

const result = z.object({
  matched: count,
  of: count.describe('Recent events of the event types'),
  samples: z.array(sample).describe('The latest that match'),
})

type RecentEvent = RowOf<typeof listRecentEvents>

/** Shows which of the organization's latest events a filter would pass; stores and sends nothing. */
export const previewFilter = defineFunction('read', schema, result, async (context, input, principal) => {
  const filter = readFilter(input.filter)
  const { organizationId, subscriptions } = await chooseSource(context, input, principal)
  const recent = await readAs(
    context,
    principal,
    listRecentEvents({ organizationId, maxEvents: MAX_RECENT_EVENTS, maxBytes: MAX_RECENT_BYTES }),
  )
  const considered = recent.filter(({ event }) => subscriptions.some((name) => covers(name, event)))
  const { matched, samples } = await tryOut(filter, considered)
  return { matched, of: considered.length, samples }
})

/** Yields to the event loop between events, so that no filter blocks the API. */
async function tryOut(
  filter: Filter,
  events: readonly RecentEvent[],
): Promise<Pick<z.infer<typeof result>, 'matched' | 'samples'>> {
  const samples: z.infer<typeof sample>[] = []
  const startedAt = performance.now()
  let [matched, taken] = [0, 0]
  for (const event of events) {
    const parsed = parse(event)
    const steps = new Steps()
    if (isMatch(filter, parsed, steps)) {
      matched += 1
      if (samples.length < SAMPLES) samples.push(parsed)
    }
    taken += steps.taken
    if (taken > MAX_STEPS || performance.now() - startedAt > MAX_MS) {
      throw tooCostly(phrase('filter.slow'))
    }
    if (event.data.length > SMALL_BYTES || steps.taken > SMALL_STEPS) await setImmediate()
  }
  return { matched, samples }
}

function isMatch(filter: Filter, event: ReturnType<typeof parse>, steps: Steps): boolean {
  try {
    return filter(event, steps)
  } catch (error) {
    if (error instanceof OverBudget)
      throw tooCostly(phrase('filter.ofEvent', { id: event.id, problem: error.message }))
    throw error
  }
}

const tooCostly = (why: Said): ApiError =>
  new ApiError(400, '54001', ofField('filter', why), {
    details: 'filter',
    hint: phrase('filter.slowHint'),
  })

function readFilter(query: unknown): Filter {
  try {
    return compileNewFilter(query)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw new ApiError(400, '22023', ofField(error.place, error.problem), { details: 'filter' })
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
    const webhook = await findVisible(context, principal, 'webhook', findWebhook, webhook_id)
    return { organizationId: webhook.organization_id, subscriptions: webhook.events }
  }
  const organizationId = organization_id ?? principal.organizationId
  if (organizationId === null) {
    throw new ApiError(400, '22023', ofField('organization_id', phrase('field.neededWithEvents')), {
      details: 'organization_id',
    })
  }
  return { organizationId, subscriptions: events }
}

function parse({ id, event, timestamp, data, previous }: RecentEvent): z.infer<typeof sample> {
  const parsed = { id, event, timestamp: timestamp.toISOString(), data: JSON.parse(data) as Fields }
  return previous === null ? parsed : { ...parsed, previous: JSON.parse(previous) as Fields }
}
