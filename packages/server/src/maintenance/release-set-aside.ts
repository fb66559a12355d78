import { plainArray } from '../database/array-literal.ts'
import type { Database } from '../database/database.ts'
import { createSplitter, splitUp } from '../database/split.ts'
import { loadStatement } from '../database/statement.ts'

const listSetAside = loadStatement(import.meta.url, 'list-set-aside')
const releaseStatement = loadStatement(import.meta.url, 'release-set-aside')

const BATCH = 200

/** Removes set-aside rows from the queue, once the database allows it. */
export async function releaseSetAside(database: Database): Promise<void> {
  const { rows } = await database.query<{ delivery_id: string }>(listSetAside, [BATCH])
  const ids = rows.map(({ delivery_id }) => delivery_id)
  if (ids.length === 0) return
  const release = async (only: readonly string[]): Promise<void> => {
    await database.query(releaseStatement, [plainArray(only)])
  }
  await createSplitter().attempt(
    () => release(ids),
    (error) => splitUp(ids, error, release, async () => {}),
  )
}
