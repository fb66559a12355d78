import type { Bench } from '../bench.ts'
import type { Endpoint } from '../load.ts'
import { createEndpoints, createEvents } from '../load.ts'
import type { Engine, OurServer } from '../ours.ts'
import { countRows, createWebhooks, startOurServer } from '../ours.ts'
import { createPublisher } from '../publishing.ts'
import { startRawReceiver } from '../receivers/raw-receiver.ts'
import type { Section } from '../section.ts'
import { createEmitter, emitSteadily, p50AndP99 } from '../steady-load.ts'
import { pause, waitFor } from '../wait.ts'

const HEALTHY = 99
/** A moderate load for the engine: one event per transaction, by SQL or by HTTP. */
const LOADS = { postgresql: { perSecond: 200, seconds: 20 }, pglite: { perSecond: 20, seconds: 50 } } as const

interface Pair {
  without: number[]
  with: number[]
}

/**
 * Measures the effect on 99 endpoints of one more that accepts connections, never responds and has 10,000 due
 * deliveries.
 */
export async function measureNoisyNeighbour(bench: Bench): Promise<Section> {
  const rounds = bench.options.quick ? 1 : 2
  const results: { engine: Engine; pair: Pair }[] = []
  for (const engine of ['postgresql', 'pglite'] as const) {
    const pair: Pair = { without: [], with: [] }
    for (let round = 0; round < rounds; round += 1) {
      const measured = await measure(bench, engine)
      pair.without.push(...measured.without)
      pair.with.push(...measured.with)
    }
    bench.say(`${engine}: p99 ${p50AndP99(pair.without)[1]} without, ${p50AndP99(pair.with)[1]} with`)
    results.push({ engine, pair })
  }
  return {
    title: 'Noisy neighbour',
    notes: [
      `Milliseconds from the commit to the request at ${HEALTHY} healthy endpoints (PostgreSQL: 200 events a second over all of them, PGlite: 20), without and with a further endpoint that accepts connections, never answers and has 10,000 deliveries due.`,
    ],
    columns: ['Engine', 'p50 without', 'p50 with', 'p99 without', 'p99 with', 'events each'],
    rows: results.map(({ engine, pair }) => {
      const [p50Without, p99Without] = p50AndP99(pair.without)
      const [p50With, p99With] = p50AndP99(pair.with)
      return [engine, p50Without, p50With, p99Without, p99With, pair.with.length]
    }),
    goals: results.map(({ engine, pair }) => ({
      text: `${engine}: p99 of healthy endpoints beside one that hangs, against without`,
      measured: p50AndP99(pair.with)[1] / p50AndP99(pair.without)[1],
      atMost: 1.5,
      unit: '×',
    })),
  }
}

async function measure(bench: Bench, engine: Engine): Promise<Pair> {
  const { quick } = bench.options
  const receiver = await startRawReceiver({ recordsArrivals: true })
  const server = await startOurServer({ engine, postgres: bench.postgres })
  const { emit, close } = createEmitter(server, engine === 'pglite' ? 'http' : 'sql')
  try {
    const healthy = createEndpoints(HEALTHY, receiver.url)
    const hanging = createEndpoints(1, receiver.url, 'hang')
    await createWebhooks(server.api, [...healthy, ...hanging])
    const { perSecond, seconds } = LOADS[engine]
    const load = { emit, endpoints: healthy, receiver, everyMs: 1_000 / perSecond }
    const events = perSecond * (quick ? 5 : seconds)
    await emitSteadily({ ...load, events: perSecond * 5 })
    const without = await emitSteadily({ ...load, events })
    await addDueDeliveries(server, hanging, quick ? 1_000 : 10_000)
    const beside = await emitSteadily({ ...load, events })
    return { without: without.fromCommit, with: beside.fromCommit }
  } finally {
    await close()
    await server.close()
    await receiver.close()
  }
}

async function addDueDeliveries(
  server: OurServer,
  hanging: readonly Endpoint[],
  count: number,
): Promise<void> {
  const publisher = createPublisher(server, 'bulk')
  await publisher.prepare(createEvents(count, hanging))()
  await publisher.close()
  const [endpoint] = hanging
  const deliveries = `webhook_deliveries?webhook_id=eq.${endpoint?.id}`
  await waitFor('the deliveries that hang', async () => (await countRows(server.api, deliveries)) === count, {
    everyMs: 100,
  })
  // After the first timeouts, the state is steady.
  await pause(12_000)
}
