import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import { cutText } from '../../domain/storable-text.ts'
import { messageOf } from '../../domain/errors.ts'

const recordFaultsStatement = loadStatement(import.meta.url, 'record-faults')

const LONGEST_REASON = 1_000
/** As of an event type; whoever inserts events by SQL can write any. */
const LONGEST_EVENT = 100

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
  return cutText(messageOf(error).replaceAll('\0', ''), LONGEST_REASON)
}

export async function recordFaults(connection: Connection, faults: readonly DeliveryFault[]): Promise<void> {
  if (faults.length === 0) return
  await connection.query(recordFaultsStatement, [
    plainArray(faults.map((fault) => fault.organizationId)),
    plainArray(faults.map((fault) => fault.stage)),
    plainArray(faults.map((fault) => fault.eventId)),
    textArray(faults.map(({ event }) => (event === null ? null : cutText(event, LONGEST_EVENT)))),
    plainArray(faults.map((fault) => fault.webhookId)),
    plainArray(faults.map((fault) => fault.deliveryId)),
    textArray(faults.map((fault) => fault.reason)),
  ])
}

const EXPIRE_BATCH = 1_000

/** @param retention milliseconds */
export async function expireFaults(database: Connection, retention: number): Promise<void> {
  const expired = `select id from webhooks.webhook_delivery_faults
    where created_at < now() - $1::double precision * interval '1 millisecond' order by created_at limit $2`
  const deletion = `delete from webhooks.webhook_delivery_faults where id = any (array(${expired}))`
  while ((await database.query(deletion, [retention, EXPIRE_BATCH])).rowCount === EXPIRE_BATCH);
}
