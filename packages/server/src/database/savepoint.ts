import type { Connection } from './database.ts'
import { isRefusal } from './input-fault.ts'

/**
 * Runs a part of a transaction in a savepoint, so that its failure undoes only this part.
 * @param cause why it runs separately, if known: see `isRefusal`
 * @returns undefined on success, otherwise the error that the input caused
 */
export async function tryInSavepoint(
  connection: Connection,
  work: () => Promise<unknown>,
  cause?: unknown,
): Promise<unknown> {
  await connection.execute('savepoint part')
  try {
    await work()
    await connection.execute('release savepoint part')
    return undefined
  } catch (error) {
    if (!isRefusal(error, cause)) throw error
    await connection.execute('rollback to savepoint part')
    await connection.execute('release savepoint part')
    return error
  }
}
