import { z } from 'zod'
import { leaseForManualRetry } from '../../maintenance/bulk-retry/manual-retry.ts'
import { makeAttempt } from '../../sender/make-attempt.ts'
import { ApiError } from '../../domain/errors.ts'
import { attemptFields, time } from './results.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, describeAttempt, findVisible } from './rpc.ts'
import { findDelivery, findWebhook } from './sql/statements.generated.ts'

const schema = z.strictObject({ delivery_id: z.guid('must be the UUID of a delivery') })

const result = z.object({
  delivery_id: z.guid(),
  attempt: z.int().min(1),
  ...attemptFields,
  next_attempt_at: time.nullable(),
})

/** Makes one attempt immediately, in place of the scheduled one, and waits for its outcome. */
export const retryDelivery = defineFunction(
  'change',
  schema,
  result,
  async (context, { delivery_id }, principal) => {
    const { webhook_id, is_erased } = await findVisible(
      context,
      principal,
      'delivery',
      findDelivery,
      delivery_id,
    )
    const delivery = await leaseForManualRetry(context.database, delivery_id, {
      ...context,
      defaultTimeout: context.deliveryTimeoutMs,
    })
    if (delivery === undefined) throw await describeRefusal(context, webhook_id, is_erased)
    const attempt = await makeAttempt(await context.transforms.settle(delivery), { ...context })
    await context.recorder.write(attempt)
    return {
      delivery_id,
      attempt: attempt.attempt,
      ...describeAttempt(attempt),
      next_attempt_at: attempt.next_attempt_at,
    }
  },
)

async function describeRefusal(
  { database }: RpcContext,
  webhookId: string,
  isErased: boolean,
): Promise<ApiError> {
  const { rows } = await database.query(...findWebhook({ id: webhookId }))
  const [webhook] = rows
  if (webhook === undefined) return new ApiError(409, '55000', 'the webhook of this delivery was deleted')
  if (!webhook.is_active) {
    return new ApiError(409, '55000', 'the webhook of this delivery is disabled', {
      hint: 'Enable the webhook, then retry.',
    })
  }
  if (isErased) {
    return new ApiError(409, '55000', 'the record of this delivery was erased, so there is nothing to send')
  }
  return new ApiError(409, '55006', 'this delivery is being sent right now', {
    hint: 'Its outcome appears in webhook_logs shortly.',
  })
}
