import { within } from '../loops/loop.ts'
import type { Database } from '../database/database.ts'
import type { HasPassed } from '../maintenance/has-passed.ts'
import { startMaintenance } from '../maintenance/maintenance.ts'
import type { PipelineOptions } from '../pipeline/pipeline.ts'
import { DRAIN_TIMEOUT_MS, startPipeline } from '../pipeline/pipeline.ts'
import type { Config } from '../settings/config.ts'

/** The background work of a process: pipeline and maintenance. */
export interface Worker {
  /** Starts no new work; resolves when the work in progress has ended. */
  drain(): Promise<void>
  /** Releases the leases of this node. Call it after all outcomes are recorded. */
  leave(): Promise<void>
}

/** @param crm the database of the CRM: `options.database`, unless that is a log database of its own */
export async function startWorker(
  options: PipelineOptions,
  config: Config,
  crm: Database,
  hasPassed: HasPassed,
): Promise<Worker> {
  const pipeline = await startPipeline(options)
  const maintenance = await startMaintenance({ ...config, ...options, crm, hasPassed })
  return {
    async drain() {
      await Promise.all([pipeline.drain(), within(DRAIN_TIMEOUT_MS, maintenance.stop())])
    },
    leave: pipeline.leave,
  }
}
