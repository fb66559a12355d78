import { redeliverySchema, requestRedelivery, time } from './redelivery-request.ts'
import { redelivery } from './results.ts'
import { defineFunction } from './rpc.ts'

/**
 * Sends a webhook the events of a period that it missed: its current subscription and filter match them, and they have
 * neither reached it nor are on their way. Runs in the background, within the webhook's limits. A dry run only counts.
 */
export const replayEvents = defineFunction(
  'change',
  redeliverySchema.extend({ since: time }),
  redelivery,
  async (context, input, principal, call) =>
    await requestRedelivery(context, 'replay_events', input, principal, call),
)
