import type { Maintenance } from '../maintenance/maintenance.ts'
import { startMaintenance } from '../maintenance/maintenance.ts'
import type { PipelineOptions } from '../pipeline/pipeline.ts'
import { DRAIN_MS, startPipeline } from '../pipeline/pipeline.ts'
import { within } from '../loops/loop.ts'
import type { Config } from '../settings/config.ts'

/** All that a process does without being asked by a request. */
export interface Worker {
  stop(): Promise<void>
}

/** The pipeline, which sends, and the maintenance beside it. */
export async function startWorker(parts: PipelineOptions, config: Config): Promise<Worker> {
  const pipeline = await startPipeline(parts)
  const maintenance: Maintenance = await startMaintenance({ ...config, ...parts, onQueued: pipeline.claim })
  return {
    async stop() {
      await Promise.all([pipeline.stop(), within(DRAIN_MS, maintenance.stop())])
    },
  }
}
