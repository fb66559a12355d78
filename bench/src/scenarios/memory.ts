import { addDue, insertWebhooks, openMigrated } from '../backlog.ts'
import type { Bench } from '../bench.ts'
import { createEndpoints } from '../load.ts'
import type { Endpoint } from '../load.ts'
import { residentMiB } from '../machine/memory.ts'
import type { Engine } from '../ours.ts'
import { startOurServer } from '../ours.ts'
import { startRawReceiver } from '../receivers/raw-receiver.ts'
import type { Section } from '../section.ts'
import { median } from '../statistics.ts'
import { pause } from '../wait.ts'

/** Measures the memory of the process with a million deliveries waiting for an endpoint that does not respond. */
export async function measureMemory(bench: Bench): Promise<Section> {
  const due = bench.options.quick ? 20_000 : 1_000_000
  const results: { engine: Engine; samples: number[] }[] = []
  for (const engine of ['postgresql', 'pglite'] as const) {
    const samples = await measure(bench, engine, due)
    bench.say(`${engine}: at most ${Math.round(Math.max(...samples))} MiB`)
    results.push({ engine, samples })
  }
  return {
    title: 'Memory',
    notes: [
      `Resident memory of the process in MiB, sampled each second over ${bench.options.quick ? 5 : 60} s after its start, with ${due.toLocaleString('en')} deliveries of 1 KB due to one endpoint that accepts connections and never answers. With PGlite the database is part of the process.`,
    ],
    columns: ['Engine', 'median MiB', 'highest MiB', 'last MiB'],
    rows: results.map(({ engine, samples }) => [
      engine,
      median(samples),
      Math.max(...samples),
      samples.at(-1),
    ]),
    goals: results.map(({ engine, samples }) => ({
      text: `${engine}: memory with ${due.toLocaleString('en')} due`,
      measured: Math.max(...samples),
      atMost: 400,
      unit: 'MiB',
    })),
  }
}

async function measure(bench: Bench, engine: Engine, due: number): Promise<number[]> {
  const receiver = await startRawReceiver()
  const endpoints = createEndpoints(1, receiver.url, 'hang')
  try {
    const server = await startOurServer({
      engine,
      postgres: bench.postgres,
      fill: async (at) => {
        const database = await openMigrated(at)
        try {
          await insertWebhooks(database, endpoints)
          await addDue(database, due, endpoints[0] as Endpoint)
        } finally {
          await database.close()
        }
      },
    })
    try {
      const samples: number[] = []
      for (let second = 0; second < (bench.options.quick ? 5 : 60); second += 1) {
        await pause(1_000)
        samples.push(residentMiB(server.pid) ?? Number.NaN)
      }
      return samples
    } finally {
      await server.close()
    }
  } finally {
    await receiver.close()
  }
}
