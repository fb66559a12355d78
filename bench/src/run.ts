import { inspect } from 'node:util'
import { createBench } from './bench.ts'
import type { Bench } from './bench.ts'
import { watchForeignLoad } from './machine/foreign-load.ts'
import { describeMachine } from './machine/describe.ts'
import type { Options, Part } from './options.ts'
import { openBenchPostgres } from './postgres.ts'
import { toReport, updateReport } from './report.ts'
import { measureClaimCost } from './scenarios/claim-cost.ts'
import { measureConcurrentWriters } from './scenarios/concurrent-writers.ts'
import { measureFanOut } from './scenarios/fan-out.ts'
import { measureGrowth } from './scenarios/growth.ts'
import { measureHistory } from './scenarios/history.ts'
import { measureIdleCpu } from './scenarios/idle-cpu.ts'
import { measureIngest } from './scenarios/ingest.ts'
import { measureLatency } from './scenarios/latency.ts'
import { measureLimits } from './scenarios/limits.ts'
import { measureMemory } from './scenarios/memory.ts'
import { measureNoisyNeighbour } from './scenarios/noisy-neighbour.ts'
import { measureOrder } from './scenarios/order.ts'
import { measurePublish } from './scenarios/publish.ts'
import { measureStreams } from './scenarios/streams.ts'
import { measureThroughput } from './scenarios/throughput.ts'
import { measurePresets } from './scenarios/presets.ts'
import { measureTriggerOverhead } from './scenarios/trigger-overhead.ts'
import { measureWebhooksPerOrganization } from './scenarios/webhooks-per-organization.ts'
import type { Section } from './section.ts'

const SCENARIOS: Readonly<Record<Part, (bench: Bench) => Promise<Section>>> = {
  publish: measurePublish,
  order: measureOrder,
  throughput: measureThroughput,
  growth: measureGrowth,
  webhooks: measureWebhooksPerOrganization,
  'fan-out': measureFanOut,
  limits: measureLimits,
  ingest: measureIngest,
  latency: measureLatency,
  neighbour: measureNoisyNeighbour,
  claim: measureClaimCost,
  memory: measureMemory,
  idle: measureIdleCpu,
  triggers: measureTriggerOverhead,
  presets: measurePresets,
  writers: measureConcurrentWriters,
  streams: measureStreams,
  history: measureHistory,
}

/** Runs the requested parts and prints their results. */
export async function runBench(options: Options): Promise<void> {
  const postgres = await openBenchPostgres(options.postgresUrl)
  try {
    const machine = [describeMachine(postgres.version, options)]
    const bench = createBench(options, postgres)
    const sections: Section[] = []
    const failures: string[] = []
    for (const part of options.parts) {
      bench.say(`\n${part}`)
      try {
        const foreignLoad = watchForeignLoad(postgres.postmaster)
        const section = await SCENARIOS[part](bench)
        sections.push({
          ...section,
          notes: [...section.notes, ...machine, ...describeForeignLoad(foreignLoad())],
        })
      } catch (error) {
        // The other parts are still useful.
        failures.push(part)
        process.stderr.write(`${part} failed: ${inspect(error)}\n`)
      }
    }
    process.stdout.write(`\n${toReport(sections)}`)
    if (failures.length > 0) process.exitCode = 1
    if (options.out !== undefined) updateReport(options.out, sections)
  } finally {
    await postgres.stop()
  }
}

/** With more foreign load, wall-clock results describe the machine's other work instead of the program. */
const MAX_FOREIGN = 0.05

function describeForeignLoad(share: number | undefined): string[] {
  if (share === undefined) return []
  const sentence = `Other programs took ${Math.round(share * 100)} % of the machine's processors meanwhile`
  return [
    share > MAX_FOREIGN ? `**${sentence}: rates and times are worse than they would be.**` : `${sentence}.`,
  ]
}
