import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { generateSigningSecret, secretHint } from '../../secrets/secret-box.ts'
import { secretContext } from '../../secrets/sealed-columns.ts'
import { ApiError } from '../../domain/errors.ts'
import { runWithActor } from '../../database/act-as.ts'
import { GENERATE, secret, uuid } from '../tables/configuration-fields.ts'
import { time } from './results.ts'
import { defineFunction, findVisible } from './rpc.ts'
import { findWebhook, rotateSecret } from './sql/statements.generated.ts'

const DEFAULT_OVERLAP_HOURS = 24
const MAX_OVERLAP_HOURS = 168

const overlap = phrase('field.hours', { from: 0, to: MAX_OVERLAP_HOURS })

const schema = z.strictObject({
  webhook_id: uuid,
  secret: secret.optional(),
  overlap_hours: z
    .number(overlap)
    .min(0, overlap)
    .max(MAX_OVERLAP_HOURS, overlap)
    .default(DEFAULT_OVERLAP_HOURS),
})

const result = z.object({
  secret: z.string().describe('The new secret, which no other response shows'),
  previous_secret_until: time
    .nullable()
    .describe('When the replaced secret stops signing; null if it does not sign'),
})

/**
 * Replaces a webhook's secret, generating one if none is given. During the overlap requests are signed with both
 * secrets, so that the receiver can switch at any time; afterwards only with the new one. Only this response shows the
 * new secret.
 */
export const rotateWebhookSecret = defineFunction(
  'change',
  schema,
  result,
  async (context, input, principal, call) => {
    const { webhook_id, overlap_hours } = input
    const webhook = await findVisible(context, principal, 'webhook', findWebhook, webhook_id)
    const fresh =
      input.secret === undefined || input.secret === GENERATE ? generateSigningSecret() : input.secret
    return await runWithActor(context.database, principal.actor, async (connection) => {
      const { rows } = await connection.query(
        ...rotateSecret({
          webhookId: webhook_id,
          secret: context.box.seal(fresh, secretContext(webhook_id)),
          hint: secretHint(fresh),
          overlapHours: overlap_hours,
        }),
      )
      const [rotated] = rows
      if (rotated === undefined) throw refuseSecondRotation(webhook.previous_secret_until)
      const until = rotated.previous_secret_until?.toISOString() ?? null
      const rotation = { secret: fresh, previous_secret_until: until }
      await call.keep(connection, rotation)
      return rotation
    })
  },
)

/** @param until null: another rotation has just begun */
function refuseSecondRotation(until: Date | null): ApiError {
  const message =
    until === null
      ? phrase('error.secretRotatingNow')
      : phrase('error.secretRotating', { time: until.toISOString() })
  return new ApiError(409, '55000', message, {
    details:
      'A retried call that was already done gets this response as well, unless both have the same Idempotency-Key.',
    hint: phrase('hint.rotateSecret'),
  })
}
