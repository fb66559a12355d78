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

/** What identifies the event of a fault. */
export interface FaultSubject {
  id: string
  organization_id: string
  event: string
}

/** An event that the relay could not process, before it had a delivery. */
export function faultOfEvent({ id, organization_id, event }: FaultSubject, error: unknown): DeliveryFault {
  return {
    organizationId: organization_id,
    stage: 'relay',
    eventId: id,
    event,
    webhookId: null,
    deliveryId: null,
    reason: reasonOf(error),
  }
}

/** Reports a fault to the metrics and the log, also when it could not be recorded. */
export type OnFault = (fault: DeliveryFault) => void

/** Returns the message of an error as text that PostgreSQL can store. */
export function reasonOf(error: unknown): string {
  return cutText(messageOf(error).replaceAll('\0', ''), MAX_REASON_LENGTH)
}
