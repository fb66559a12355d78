import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { cancelRedelivery } from '../../maintenance/bulk-retry/redeliveries.ts'
import { runWithActor } from '../../database/act-as.ts'
import { redeliverySchema, requestRedelivery } from './redelivery-request.ts'
import { redelivery } from './results.ts'
import { defineFunction, findVisible } from './rpc.ts'
import { findRedelivery } from './sql/statements.generated.ts'

/**
 * Gives all deliveries of a period that have failed for good one more attempt, in the background and within the
 * webhook's limits. A dry run only counts.
 */
export const retryFailed = defineFunction(
  'change',
  redeliverySchema,
  redelivery,
  async (context, input, principal, call) =>
    await requestRedelivery(context, 'retry_failed', input, principal, call),
)

const cancelSchema = z.strictObject({ redelivery_id: z.guid(phrase('field.uuidOfRedelivery')) })

const cancelResult = z.object({ cancelled: z.boolean().describe('False if it had ended') })

/** Cancels a bulk retry or a replay. */
export const cancelRedeliveryFunction = defineFunction(
  'change',
  cancelSchema,
  cancelResult,
  async (context, { redelivery_id }, principal, call) => {
    await findVisible(context, principal, 'redelivery', findRedelivery, redelivery_id)
    return await runWithActor(context.database, principal.actor, async (connection) => {
      const result = { cancelled: await cancelRedelivery(connection, redelivery_id) }
      await call.keep(connection, result)
      return result
    })
  },
)
