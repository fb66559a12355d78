import type { Bench } from '../bench.ts'
import { createEndpoints } from '../load.ts'
import { CpuMeter } from '../machine/cpu.ts'
import type { Engine } from '../ours.ts'
import { createWebhooks, startOurServer } from '../ours.ts'
import type { Section } from '../section.ts'
import { pause } from '../wait.ts'

/** Measures the cost of the idle program. */
export async function measureIdleCpu(bench: Bench): Promise<Section> {
  const seconds = bench.options.quick ? 5 : 30
  const results: { engine: Engine; process: number; postgres: number | undefined }[] = []
  for (const engine of ['postgresql', 'pglite'] as const) {
    const result = { engine, ...(await measure(bench, engine, seconds)) }
    bench.say(`${engine}: ${result.process.toFixed(2)} %`)
    results.push(result)
  }
  return {
    title: 'CPU when idle',
    notes: [`Percent of one core over ${seconds} s, user and system, with 1,000 webhooks and nothing to do.`],
    columns: ['Engine', 'process %', 'PostgreSQL %'],
    rows: results.map(({ engine, process, postgres }) => [
      engine,
      process,
      engine === 'pglite' ? undefined : postgres,
    ]),
    goals: results.map(({ engine, process }) => ({
      text: `${engine}: CPU of the process when idle`,
      measured: process,
      atMost: 1,
      unit: '%',
    })),
  }
}

async function measure(
  bench: Bench,
  engine: Engine,
  seconds: number,
): Promise<{ process: number; postgres: number | undefined }> {
  const server = await startOurServer({ engine, postgres: bench.postgres })
  try {
    await createWebhooks(server.api, createEndpoints(1_000, 'http://127.0.0.1:4601'))
    await pause(bench.options.quick ? 2_000 : 10_000)
    const meter = new CpuMeter({ process: server.pid, postgres: bench.postgres.postmaster })
    await pause(seconds * 1_000)
    const { process = Number.NaN, postgres } = meter.used()
    return {
      process: (process / seconds) * 100,
      postgres: postgres === undefined ? undefined : (postgres / seconds) * 100,
    }
  } finally {
    await server.close()
  }
}
