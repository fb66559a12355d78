import type { Connection, Database } from '../database/database.ts'
import { isRefusal } from '../database/input-fault.ts'
import { tryInSavepoint } from '../database/savepoint.ts'
import type { Splitter } from '../database/split.ts'
import { smallerBatch } from '../database/split.ts'
import type { DeliveryFault } from '../domain/delivery-fault.ts'
import { recordFaults } from '../pipeline/record/delivery-faults.ts'

/**
 * Long work in batches, over rows in the order of a position that is stored with it. A batch and its new position are
 * one transaction: a crash leaves the batch either done or undone, and any node continues from there.
 */
export interface Walk<Progress> {
  /** Rows of a whole batch. */
  batchSize: number
  /** Does the next batch and stores the position. */
  doBatch(connection: Connection, size: number): Promise<Progress>
  /** Moves the position past the next row, which cannot be processed. */
  skipRow(connection: Connection, error: unknown): Promise<Skipped<Progress>>
  onFault(fault: DeliveryFault): void
}

export interface Skipped<Progress> {
  progress: Progress
  /** Undefined: no row was left out. */
  fault?: DeliveryFault | undefined
}

/** Runs one batch. If one row makes it fail, runs smaller batches until that row is isolated and skipped. */
export async function walkBatch<Progress>(
  database: Database,
  splitter: Splitter,
  walk: Walk<Progress>,
): Promise<Progress> {
  const doBatch = async (size: number): Promise<Progress> =>
    await database.transaction(async (connection) => await walk.doBatch(connection, size))
  return await splitter.attempt(
    () => doBatch(walk.batchSize),
    async (cause) => {
      for (let size = walk.batchSize; size > 1;) {
        size = smallerBatch(size, cause)
        try {
          return await doBatch(size)
        } catch (error) {
          if (!isRefusal(error, cause)) throw error
        }
      }
      return await skipRow(database, walk, cause)
    },
  )
}

async function skipRow<Progress>(
  database: Database,
  walk: Walk<Progress>,
  cause: unknown,
): Promise<Progress> {
  const { progress, fault } = await database.transaction(async (connection) => {
    const skipped = await walk.skipRow(connection, cause)
    const faults = skipped.fault === undefined ? [] : [skipped.fault]
    if (faults.length > 0) await tryInSavepoint(connection, () => recordFaults(connection, faults), cause)
    return skipped
  })
  if (fault !== undefined) walk.onFault(fault)
  return progress
}
