import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { cutText } from '../../domain/storable-text.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { recordFaults as recordFaultsStatement } from './sql/statements.generated.ts'

/** The limit of an event type; events inserted by SQL can have longer ones. */
const MAX_EVENT_TYPE_LENGTH = 100

export async function recordFaults(connection: Connection, faults: readonly DeliveryFault[]): Promise<void> {
  if (faults.length === 0) return
  await connection.query(
    ...recordFaultsStatement({
      organizations: plainArray(faults.map((fault) => fault.organizationId)),
      stages: plainArray(faults.map((fault) => fault.stage)),
      events: plainArray(faults.map((fault) => fault.eventId)),
      eventTypes: textArray(faults.map(({ event }) => event && cutText(event, MAX_EVENT_TYPE_LENGTH))),
      webhooks: plainArray(faults.map((fault) => fault.webhookId)),
      deliveries: plainArray(faults.map((fault) => fault.deliveryId)),
      reasons: textArray(faults.map((fault) => fault.reason)),
    }),
  )
}
