import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import { LEASE_MARGIN_MS } from '../../domain/delivery.ts'
import { newToken } from '../../domain/ids.ts'
import type { OpenTarget } from '../../domain/webhook.ts'
import { toLeasedDelivery } from '../../pipeline/claim/claim-due.ts'
import { leaseOne, readLeased, renewTransforms } from './sql/statements.generated.ts'

export interface ManualRetryOptions {
  clock: Clock
  openTarget: OpenTarget
  defaultTimeout: number
}

/**
 * Leases one delivery for a manual attempt. Of two concurrent callers, one gets it.
 * @returns undefined if it is being sent, or if its webhook is disabled or deleted
 */
export async function leaseForManualRetry(
  database: Database,
  deliveryId: string,
  { clock, openTarget, defaultTimeout }: ManualRetryOptions,
): Promise<LeasedDelivery | undefined> {
  const lease = newToken()
  const now = clock.now()
  await database.query(
    ...leaseOne({ deliveryId, lease, defaultTimeoutMs: defaultTimeout, leaseMarginMs: LEASE_MARGIN_MS }),
  )
  await database.query(...renewTransforms({ deliveryIds: [deliveryId] }))
  const { rows } = await database.query(...readLeased({ deliveryId, lease }))
  const [row] = rows
  if (row === undefined) return undefined
  return { ...toLeasedDelivery(row, lease, now, openTarget), trigger: 'manual' }
}
