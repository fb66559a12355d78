import type { Bench } from '../bench.ts'
import { createEndpoints, createEvents, forEachConcurrently, inBatches } from '../load.ts'
import { EMIT_BATCH } from '../contestant.ts'
import { CpuMeter } from '../machine/cpu.ts'
import { post, startOurServer } from '../ours.ts'
import { toJson } from '../publishing.ts'
import type { Section } from '../section.ts'

const CONCURRENT_POSTS = 4

/**
 * Measures how many events per second the API accepts, each acknowledged after its commit. Nothing is delivered
 * meanwhile.
 */
export async function measureIngest(bench: Bench): Promise<Section> {
  const count = bench.options.quick ? 5_000 : 60_000
  const server = await startOurServer({
    engine: 'postgresql',
    postgres: bench.postgres,
    settings: { ROLE: 'api' },
  })
  try {
    const events = createEvents(count + EMIT_BATCH, createEndpoints(100, 'http://127.0.0.1:4601'))
    const [warmUp = '', ...bodies] = inBatches(events, EMIT_BATCH).map(toJson)
    await post(server.api, 'webhook_events', warmUp)
    const meter = new CpuMeter({ process: server.pid, postgres: bench.postgres.postmaster })
    const started = performance.now()
    await forEachConcurrently(bodies, CONCURRENT_POSTS, (body) => post(server.api, 'webhook_events', body))
    const rate = count / ((performance.now() - started) / 1_000)
    const { process = Number.NaN, postgres } = meter.used()
    bench.say(`${Math.round(rate)} events/s`)
    const per = (seconds: number | undefined): number | undefined =>
      seconds === undefined ? undefined : (seconds * 1_000) / count
    return {
      title: 'Ingest',
      notes: [
        `${count.toLocaleString('en')} events of 1 KB by HTTP, ${EMIT_BATCH} in a post, ${CONCURRENT_POSTS} posts at once, each answered after its commit. CPU: seconds for 1,000 events.`,
      ],
      columns: ['Engine', 'events/s', 'CPU process', 'CPU PostgreSQL'],
      rows: [['PostgreSQL', rate, per(process), per(postgres)]],
      goals: [
        { text: 'events a second by HTTP in bulk, PostgreSQL', measured: rate, atLeast: 10_000, unit: '/s' },
      ],
    }
  } finally {
    await server.close()
  }
}
