import type { Connection } from './database.ts'
import { isRefusal } from './input-fault.ts'

/**
 * Does a part of a transaction that may fail because of what it is given; then only that part is undone.
 * @param cause why it is done apart, where that is known: see `isRefusal`
 * @returns undefined when it was done, else why it was not
 */
export async function tryWithin(
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
