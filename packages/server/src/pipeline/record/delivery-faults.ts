import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { cutText } from '../../domain/storable-text.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'

const recordFaultsStatement = loadStatement(import.meta.url, 'record-faults')

/** The limit of an event type; events inserted by SQL can have longer ones. */
const MAX_EVENT_TYPE_LENGTH = 100

export async function recordFaults(connection: Connection, faults: readonly DeliveryFault[]): Promise<void> {
  if (faults.length === 0) return
  await connection.query(recordFaultsStatement, [
    plainArray(faults.map((fault) => fault.organizationId)),
    plainArray(faults.map((fault) => fault.stage)),
    plainArray(faults.map((fault) => fault.eventId)),
    textArray(faults.map(({ event }) => (event === null ? null : cutText(event, MAX_EVENT_TYPE_LENGTH)))),
    plainArray(faults.map((fault) => fault.webhookId)),
    plainArray(faults.map((fault) => fault.deliveryId)),
    textArray(faults.map((fault) => fault.reason)),
  ])
}
