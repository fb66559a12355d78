import { within } from '../loops/loop.ts'
import { startMaintenance } from '../maintenance/maintenance.ts'
import type { PipelineOptions } from '../pipeline/pipeline.ts'
import { DRAIN_TIMEOUT_MS, startPipeline } from '../pipeline/pipeline.ts'
import type { Config } from '../settings/config.ts'

/** The background work of a process: the pipeline, and the maintenance beside it. */
export interface Worker {
  /** Starts nothing new; resolves when the work under way has ended. */
  drain(): Promise<void>
  /** Releases what this node has leased; to be called when all outcomes are recorded. */
  leave(): Promise<void>
}

export async function startWorker(options: PipelineOptions, config: Config): Promise<Worker> {
  const pipeline = await startPipeline(options)
  const maintenance = await startMaintenance({ ...config, ...options })
  return {
    async drain() {
      await Promise.all([pipeline.drain(), within(DRAIN_TIMEOUT_MS, maintenance.stop())])
    },
    leave: pipeline.leave,
  }
}
