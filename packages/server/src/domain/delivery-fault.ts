import { messageOf } from './errors.ts'
import { cutText } from './storable-text.ts'

const MAX_REASON_LENGTH = 1_000

/** The diagnosis where no request was made. */
export const NOTHING_SENT =
  'Nothing was sent. Correct the cause, then retry the delivery; other deliveries are not affected.'

export type FaultStage = 'relay' | 'claim' | 'record' | 'cancel' | 'retry' | 'replay' | 'erase'

/** A row of `webhook_delivery_faults`. */
export interface DeliveryFault {
  organizationId: string
  stage: FaultStage
  eventId: string | null
  event: string | null
  webhookId: string | null
  deliveryId: string | null
  reason: string
}

/** Told of each fault, whether it could be recorded or not: a counter and the log. */
export type OnFault = (fault: DeliveryFault) => void

/** What failed, in words that can be stored. */
export function reasonOf(error: unknown): string {
  return cutText(messageOf(error).replaceAll('\0', ''), MAX_REASON_LENGTH)
}
