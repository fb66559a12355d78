import { redeliverySchema, requestRedelivery, time } from './redelivery-request.ts'
import { defineFunction } from './rpc.ts'

/**
 * Sends a webhook what it has missed of a time: events that it subscribes to and that its filter lets through, both as
 * they are now, and that have neither reached it nor are on their way. In the background and within the webhook's
 * limits. A dry run only counts.
 */
export const replayEvents = defineFunction(
  'change',
  redeliverySchema.extend({ since: time }),
  async (context, input, principal) => await requestRedelivery(context, 'replay_events', input, principal),
)
