import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { Splitter } from '../../database/split.ts'
import { createSplitter, splitUp } from '../../database/split.ts'
import type { LeasedDelivery } from '../../domain/delivery.ts'
import type { ClaimOptions } from './claim-due.ts'
import { claimDue } from './claim-due.ts'
import type { EndpointLoad } from '../dispatch/endpoint-slots.ts'
import { listDue } from './sql/statements.generated.ts'

/** Looked at to find which delivery makes a claim impossible. */
const MAX_LISTED = 20_000

type OnCulprit = (deliveryId: string, error: unknown) => Promise<void>

/**
 * Claims what is due. A claim that one delivery makes impossible is split until that one is alone, so that all others go on.
 * @param onCulprit given what cannot be claimed even alone
 * @param splitter remembers from one claim to the next
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
    // What is leased already is sent all the same.
    if (claimed.length === 0) throw error
  }
  return claimed
}
