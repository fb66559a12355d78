import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { leaseForManualRetry } from '../../maintenance/bulk-retry/manual-retry.ts'
import { makeAttempt } from '../../sender/make-attempt.ts'
import { ApiError } from '../../domain/errors.ts'
import { attemptFields, time } from './results.ts'
import type { RpcContext } from './rpc.ts'
import { defineFunction, describeAttempt, findVisible } from './rpc.ts'
import { findDelivery, findWebhook, isBehind } from './sql/statements.generated.ts'

const schema = z.strictObject({ delivery_id: z.guid(phrase('field.uuidOfDelivery')) })

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
    if (delivery === undefined) throw await describeRefusal(context, { delivery_id, webhook_id, is_erased })
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
  refused: { delivery_id: string; webhook_id: string; is_erased: boolean },
): Promise<ApiError> {
  const { rows } = await database.query(...findWebhook({ id: refused.webhook_id }))
  const [webhook] = rows
  if (webhook === undefined) return new ApiError(409, '55000', phrase('error.deliveryDeleted'))
  if (!webhook.is_active) {
    return new ApiError(409, '55000', phrase('error.deliveryDisabled'), {
      hint: phrase('hint.enableRetry'),
    })
  }
  if (refused.is_erased) {
    return new ApiError(409, '55000', phrase('error.erased'))
  }
  const behind = await database.query(...isBehind({ id: refused.delivery_id }))
  if (behind.rows[0]?.is_behind === true) {
    return new ApiError(409, '55006', phrase('error.behindAnother'), { hint: phrase('hint.behindAnother') })
  }
  return new ApiError(409, '55006', phrase('error.sending'), {
    hint: phrase('hint.outcome'),
  })
}
