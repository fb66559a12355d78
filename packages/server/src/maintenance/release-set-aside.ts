import { plainArray } from '../database/array-literal.ts'
import type { Database } from '../database/database.ts'
import { createSplitter, splitUp } from '../database/split.ts'
import { listSetAside, releaseSetAside as releaseSetAsideStatement } from './sql/statements.generated.ts'

const BATCH = 200

/** Removes set-aside rows from the queue, once the database allows it. */
export async function releaseSetAside(database: Database): Promise<void> {
  const { rows } = await database.query(...listSetAside({ limit: BATCH }))
  const ids = rows.map(({ delivery_id }) => delivery_id)
  if (ids.length === 0) return
  const release = async (only: readonly string[]): Promise<void> => {
    await database.query(...releaseSetAsideStatement({ deliveryIds: plainArray(only) }))
  }
  await createSplitter().attempt(
    () => release(ids),
    (error) => splitUp(ids, error, release, async () => {}),
  )
}
