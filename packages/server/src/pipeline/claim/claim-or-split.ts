import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { ClaimOptions } from './claim-due.ts'
import { claimDue } from './claim-due.ts'
import type { EndpointLoad } from '../dispatch/endpoint-slots.ts'
import { listDue } from './sql/statements.generated.ts'

/** Deliveries among which to find the one that makes a claim fail. */
const MAX_LISTED = 20_000

type OnCulprit = (deliveryId: string, error: unknown) => Promise<void>

/**
 * Claims due deliveries. If one of them makes the claim fail, the claim is split until that one is alone, and all others are claimed.
 *
 * @param onCulprit called with each delivery that cannot be claimed even alone
 * @param splitter keeps state from one claim to the next
 */
export async function claimOrSplit(
  database: Database,
  limit: number,
  busy: readonly EndpointLoad[],
  options: ClaimOptions,
  onCulprit: OnCulprit,
  splitter: Splitter = createSplitter(),
): Promise<LeasedDelivery[]> {
  return await splitter.attempt(
    () => claimDue(database, limit, busy, options),
    (failure) => claimApart(database, limit, busy, options, { failure, onCulprit }),
  )
}

async function claimApart(
  database: Database,
  limit: number,
  busy: readonly EndpointLoad[],
  options: ClaimOptions,
  { failure, onCulprit }: { failure: unknown; onCulprit: OnCulprit },
): Promise<LeasedDelivery[]> {
  const { rows } = await database.query(
    ...listDue({ limitPerWebhook: limit, limit: MAX_LISTED, except: plainArray(options.except ?? []) }),
  )
  const claimed: LeasedDelivery[] = []
  const claim = async (only: readonly string[]): Promise<void> => {
    if (claimed.length < limit)
      claimed.push(...(await claimDue(database, limit - claimed.length, busy, { ...options, only })))
  }
  try {
    await splitUp(
      rows.map(({ delivery_id }) => delivery_id),
      failure,
      claim,
      onCulprit,
    )
  } catch (error) {
    // Deliveries that are leased already are sent nevertheless.
    if (claimed.length === 0) throw error
  }
  return claimed
}
