import { messageOf } from './errors.ts'
import { cutText } from './storable-text.ts'

const MAX_REASON_LENGTH = 1_000

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

/** Reports a fault to the metrics and the log, also when it could not be recorded. */
export type OnFault = (fault: DeliveryFault) => void

/** Returns the message of an error as text that PostgreSQL can store. */
export function reasonOf(error: unknown): string {
  return cutText(messageOf(error).replaceAll('\0', ''), MAX_REASON_LENGTH)
}
