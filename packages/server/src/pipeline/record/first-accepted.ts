import { isRefusal } from '../../database/input-fault.ts'

/**
 * Runs statements in turn until the database accepts one.
 *
 * @param cause why the statement before the first one was refused
 * @returns the index of the accepted statement
 * @throws the error of the last one, or one that is not a refusal
 */
export async function firstAccepted(ways: readonly (() => Promise<void>)[], cause: unknown): Promise<number> {
  let refusal = cause
  for (const [index, way] of ways.entries()) {
    try {
      await way()
      return index
    } catch (error) {
      if (!isRefusal(error, cause)) throw error
      refusal = error
    }
  }
  throw refusal
}
