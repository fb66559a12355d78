import type { Connection, Database } from '../database/database.ts'
import { isDatabaseError } from '../database/database.ts'

/** How long a trigger may wait for its table before another try. Meanwhile, all writers queue behind it. */
const LOCK_TIMEOUT_MS = 100
const PAUSE_MS = 150
/** SQLSTATE lock_not_available, deadlock_detected. */
const BUSY = /^(55P03|40P01)$/

/** The table was written to without a gap until the time was up. */
export class BusyTableError extends Error {
  override readonly name = 'BusyTableError'
}

/** Runs `work` in a transaction that never waits long for a lock, because all writers of the table queue behind it. */
export async function withShortLocks(
  database: Database,
  relation: string,
  maxWaitMs: number,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const deadline = Date.now() + maxWaitMs
  for (;;) {
    try {
      await database.transaction(async (connection) => {
        await connection.execute(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
        await work(connection)
      })
      return
    } catch (error) {
      if (!isDatabaseError(error) || !BUSY.test(error.code)) throw error
      if (Date.now() > deadline) {
        throw new BusyTableError(
          `${relation} stays locked for longer than ${LOCK_TIMEOUT_MS} ms at a time. Earlier changes stay; try again at a quieter time or with a longer --patience.`,
        )
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())))
  }
}
