import { z } from 'zod'
import { cancelRedelivery, countFailed, startRedelivery } from '../../deliveries/redeliver-failed.ts'
import { ApiError } from '../../errors.ts'
import { defineFunction, findVisible } from './rpc.ts'

const time = z.iso.datetime({
  offset: true,
  error: 'must be an ISO 8601 time with its offset, such as "2025-01-15T10:30:00Z"',
})

const retrySchema = z.strictObject({
  webhook_id: z.guid('must be the UUID of a webhook'),
  since: time.optional(),
  until: time.optional(),
  event: z.string('must be an event type').optional(),
  dry_run: z.boolean('must be true or false').default(false),
})

/**
 * Sends everything again that has failed for good in a time, one more attempt each, in the background and within the
 * webhook's limits. A dry run only counts.
 */
export const retryFailed = defineFunction('change', retrySchema, async (context, input, principal) => {
  const webhook = await findVisible<{ is_active: boolean }>(
    context,
    principal,
    'webhook',
    'select is_active from webhooks.webhook_configurations where id = $1',
    input.webhook_id,
  )
  const wanted = {
    webhookId: input.webhook_id,
    since: input.since ?? null,
    until: input.until ?? new Date(context.clock.now()).toISOString(),
    event: input.event ?? null,
  }
  const matched = await countFailed(context.database, wanted)
  if (input.dry_run) return { matched, queued: 0 }
  if (!webhook.is_active) {
    throw new ApiError(409, '55000', 'the webhook is switched off', { hint: 'Switch it on, then retry.' })
  }
  return { matched, queued: matched, redelivery_id: await startRedelivery(context.database, wanted, matched) }
})

const cancelSchema = z.strictObject({ redelivery_id: z.guid('must be the UUID of a redelivery') })

/** Stops a bulk retry where it is. */
export const cancelRedeliveryFunction = defineFunction(
  'change',
  cancelSchema,
  async (context, { redelivery_id }, principal) => {
    await findVisible(
      context,
      principal,
      'redelivery',
      'select id from webhooks.webhook_redeliveries where id = $1',
      redelivery_id,
    )
    return { cancelled: await cancelRedelivery(context.database, redelivery_id) }
  },
)
