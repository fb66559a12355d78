import type { Database } from '../../database/database.ts'
import { newId } from '../../domain/ids.ts'
import type { DeliveryFault, FaultStage } from '../../domain/delivery-fault.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import { diagnosisOf } from '../../domain/attempt-errors.ts'
import { recordFaults } from './delivery-faults.ts'
import { firstAccepted } from './first-accepted.ts'
import {
  describeDelivery,
  giveUpDelivery as giveUpStatement,
  leaveQueue as leaveQueueStatement,
  setAside as setAsideStatement,
} from './sql/statements.generated.ts'

const CODES = { claim: 'not_sendable', cancel: 'not_sendable', record: 'not_recordable' } as const

export interface GivenUp {
  deliveryId: string
  stage: keyof typeof CODES & FaultStage
  /** The lease of the delivery; null: it is not leased. */
  lease: string | null
  error: unknown
}

/**
 * Ends a delivery that cannot continue: failed, with the reason in the log and in `webhook_delivery_faults`. If the database refuses
 * parts of this, they are left out; but the delivery must leave the queue, or it would be claimed again and again. If the queue row
 * cannot be deleted, it is set aside: see set-aside.sql.
 *
 * @returns the recorded fault
 * @throws the error that kept it in the queue
 */
export async function giveUpDelivery(
  database: Database,
  { deliveryId, stage, lease, error }: GivenUp,
): Promise<DeliveryFault | undefined> {
  const reason = reasonOf(error)
  const end = async (isLogged: boolean): Promise<void> => {
    const code = CODES[stage]
    const attempt = { attemptId: newId(), errorCode: code, diagnosis: diagnosisOf(code), isLogged }
    await database.query(...giveUpStatement({ deliveryId, lease, reason, ...attempt }))
  }
  const leaveQueue = async (): Promise<void> => {
    await database.query(...leaveQueueStatement({ deliveryId, lease }))
  }
  const setAside = async (isEnded: boolean): Promise<void> => {
    await database.query(...setAsideStatement({ deliveryId, lease, reason, isEnded }))
  }
  const ways = [() => end(true), () => end(false), leaveQueue, () => setAside(true), () => setAside(false)]
  await firstAccepted(ways, error)
  return await noteFault(database, { deliveryId, stage, lease, error })
}

/** Records a row of `webhook_delivery_faults`. @returns the recorded fault */
export async function noteFault(
  database: Database,
  { deliveryId, stage, error }: GivenUp,
): Promise<DeliveryFault | undefined> {
  const fault = await describe(database, deliveryId, stage, reasonOf(error))
  if (fault === undefined) return undefined
  await firstAccepted([() => recordFaults(database, [fault]), async () => {}], error)
  return fault
}

async function describe(
  database: Database,
  deliveryId: string,
  stage: FaultStage,
  reason: string,
): Promise<DeliveryFault | undefined> {
  const { rows } = await database.query(...describeDelivery({ deliveryId }))
  const [row] = rows
  return (
    row && {
      organizationId: row.organization_id,
      stage,
      eventId: row.event_id,
      event: row.event,
      webhookId: row.webhook_id,
      deliveryId,
      reason,
    }
  )
}
