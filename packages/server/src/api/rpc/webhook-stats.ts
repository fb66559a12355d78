import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { readHistograms } from '../../maintenance/rollups/rollups.ts'
import type { RollupLevel } from '../../maintenance/rollups/rollups.ts'
import { summarize } from '../../maintenance/rollups/stats.ts'
import { ApiError } from '../../domain/errors.ts'
import { runAs } from '../../database/act-as.ts'
import type { Principal } from '../../domain/principal.ts'
import { requireOrder, time } from './redelivery-request.ts'
import { count, time as timeResult } from './results.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, findVisible } from './rpc.ts'
import { findWebhook } from './sql/statements.generated.ts'

const MINUTE = 60_000
/** Charts need no more, and the response stays small. */
const MAX_BUCKETS = 1_000

/** Bucket widths in milliseconds, and the roll-ups that they are read from. */
const WIDTHS: Record<'5m' | '1h' | '1d', { width: number; level: RollupLevel }> = {
  '5m': { width: 5 * MINUTE, level: '5m' },
  '1h': { width: 60 * MINUTE, level: '1h' },
  '1d': { width: 24 * 60 * MINUTE, level: '1h' },
}

const schema = z.strictObject({
  webhook_id: z.guid(phrase('field.uuidOfWebhook')).optional(),
  organization_id: z.guid(phrase('field.uuidOfOrganization')).optional(),
  since: time,
  until: time,
  bucket: z.enum(['5m', '1h', '1d'], phrase('field.oneOf', { names: '5m, 1h, 1d' })),
})

const ms = z.number().min(0)

const statsFields = {
  attempts: count,
  success: count,
  failed: count,
  errors: z.record(z.string(), count).describe('Failed attempts by error code'),
  success_rate: z.number().min(0).max(1).nullable().describe('Null without attempts'),
  latency: z
    .object({ p50: ms, p95: ms, p99: ms })
    .nullable()
    .describe('Milliseconds, accurate to 4 % or 1 ms; null without measured attempts'),
}

const result = z.object({
  since: timeResult,
  until: timeResult,
  bucket: schema.shape.bucket,
  totals: z.object(statsFields),
  buckets: z.array(z.object({ start: timeResult, ...statsFields })),
})

type StatsRequest = z.infer<typeof schema>

/**
 * Returns statistics of the attempts of a webhook, or of all webhooks of an organization, over time: counts, success
 * rate and latency. Includes every attempt in the log.
 */
export const webhookStats = defineFunction('read', schema, result, async (context, input, principal) => {
  requireOrder(input)
  const { width, level } = WIDTHS[input.bucket]
  const since = Math.floor(Date.parse(input.since) / width) * width
  const until = Math.ceil(Date.parse(input.until) / width) * width
  requireFewBuckets((until - since) / width)
  const organizationId = await findOrganization(context, input, principal)
  const scope = { organizationId, webhookId: input.webhook_id ?? null, level, since, until }
  const histograms = await runAs(context, principal, 'read only', (connection) =>
    readHistograms(connection, scope),
  )
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    bucket: input.bucket,
    ...summarize(histograms, { since, until, width }),
  }
})

function requireFewBuckets(buckets: number): void {
  if (buckets <= MAX_BUCKETS) return
  throw new ApiError(
    400,
    '22023',
    ofField('bucket', phrase('field.buckets', { count: buckets, most: MAX_BUCKETS })),
    {
      details: 'bucket',
      hint: phrase('hint.buckets'),
    },
  )
}

async function findOrganization(
  context: RpcContext,
  { webhook_id, organization_id }: StatsRequest,
  principal: Principal,
): Promise<string> {
  if (webhook_id !== undefined) {
    const webhook = await findVisible(context, principal, 'webhook', findWebhook, webhook_id)
    if (organization_id === undefined || organization_id === webhook.organization_id)
      return webhook.organization_id
    throw new ApiError(404, 'P0002', phrase('error.noWebhook', { id: webhook_id }), {
      details: 'webhook_id',
    })
  }
  const organizationId = organization_id ?? principal.organizationId
  if (organizationId !== null) return organizationId
  throw new ApiError(400, '22023', phrase('field.neededEither'), {
    details: 'webhook_id',
  })
}
