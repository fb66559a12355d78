import type { Bench } from '../bench.ts'
import { THIS_BUILD, listBuilds } from '../builds/build.ts'
import type { Build } from '../builds/build.ts'
import { createEndpoints, createEvents, EVENT } from '../load.ts'
import type { Engine } from '../ours.ts'
import { withClient } from '../postgres.ts'
import { createWebhooks, startOurServer } from '../ours.ts'
import { startRawReceiver } from '../receivers/raw-receiver.ts'
import type { Cell, Goal, Section } from '../section.ts'
import { median } from '../statistics.ts'
import type { Latencies, SteadyLoad } from '../steady-load.ts'
import { createEmitter, emitSteadily, p50AndP99 } from '../steady-load.ts'
import type { Entry, Measured } from '../turns.ts'
import { fullName, takeTurns } from '../turns.ts'
import { pause } from '../wait.ts'

interface Case {
  name: string
  engine: Engine
  emission: 'sql' | 'http'
}

const CASES: readonly Case[] = [
  { name: 'PostgreSQL, events by SQL', engine: 'postgresql', emission: 'sql' },
  { name: 'PostgreSQL, events by HTTP', engine: 'postgresql', emission: 'http' },
  { name: 'embedded, events by HTTP', engine: 'pglite', emission: 'http' },
]

const BUSY_RATE = 500
const CALM_RATE = 50
/** Longer than a relay promises to poll. */
const OPEN_MS = 500
const INSERT = `insert into webhooks.webhook_events (id, organization_id, event, data) values ($1, $2, $3, $4)`

type Load = 'idle' | 'calm' | 'busy' | 'missed'

const LOADS: Readonly<Record<Load, string>> = {
  idle: 'idle',
  calm: `${CALM_RATE}/s`,
  busy: `${BUSY_RATE}/s`,
  missed: 'wake-up missed',
}

type LatencyRun = Partial<Record<Load, Latencies>>

/** Measures the time from publishing and from the commit to the arrival of the request, under four loads. */
export async function measureLatency(bench: Bench): Promise<Section> {
  const { options, against, say } = bench
  const entries = CASES.flatMap((each) =>
    listBuilds(against).map((build): Entry<LatencyRun> => ({
      name: each.name,
      build,
      measure: () => measure(bench, each, build),
    })),
  )
  const all = await takeTurns(entries, options.rounds, (entry, run) =>
    say(`${fullName(entry, against)}: ${describe(run)}`),
  )
  return {
    title: 'Latency',
    notes: [
      `Milliseconds until the signed request had arrived, one event in each transaction or post, 100 endpoints; medians of ${options.rounds} of each round's percentiles. From the start: from before the insert or the post was sent. From the commit: from when the emitter knew of it. Idle: one event every 40 to 60 ms. Wake-up missed: no notification, polling finds the event. The last column is the rate that was taken.`,
    ],
    columns: [
      'Case',
      'p50 from start',
      'p99 from start',
      'p50 from commit',
      'p99 from commit',
      'highest p99 from commit',
      'events',
      'events/s',
    ],
    rows: all.flatMap(({ entry, results }) =>
      listLoads(results).map(({ load, runs }) => [
        `${fullName(entry, against)}, ${LOADS[load]}`,
        ...toCells(runs),
      ]),
    ),
    goals: all.filter(({ entry }) => entry.build !== against).flatMap(toGoals),
  }
}

function describe(run: LatencyRun): string {
  return listLoads([run])
    .map(({ load, runs: [latencies] }) =>
      latencies === undefined
        ? ''
        : `${LOADS[load]} ${p50AndP99(latencies.fromSend)
            .map((ms) => ms.toFixed(1))
            .join(' / ')} ms`,
    )
    .join(', ')
}

function listLoads(results: readonly LatencyRun[]): { load: Load; runs: Latencies[] }[] {
  return (Object.keys(LOADS) as Load[])
    .map((load) => ({ load, runs: results.map((run) => run[load]).filter((run) => run !== undefined) }))
    .filter(({ runs }) => runs.length > 0)
}

function toCells(runs: readonly Latencies[]): Cell[] {
  const middle = (read: (run: Latencies) => number): number => median(runs.map(read))
  return [
    middle(({ fromSend }) => p50AndP99(fromSend)[0]),
    middle(({ fromSend }) => p50AndP99(fromSend)[1]),
    middle(({ fromCommit }) => p50AndP99(fromCommit)[0]),
    middle(({ fromCommit }) => p50AndP99(fromCommit)[1]),
    Math.max(...runs.map(({ fromCommit }) => p50AndP99(fromCommit)[1])),
    runs[0]?.fromCommit.length,
    middle(({ rate }) => rate),
  ]
}

function toGoals({ entry: { name }, results }: Measured<LatencyRun>): Goal[] {
  const read = (load: Load, of: (run: Latencies) => number): number[] =>
    results.map((run) => run[load]).flatMap((run) => (run === undefined ? [] : [of(run)]))
  const ms = (text: string, values: number[], atMost: number): Goal[] =>
    values.length === 0
      ? []
      : [{ text: `${name}: ${text}`, measured: Math.max(...values), atMost, unit: 'ms' }]
  const goals = [
    ...ms(
      'p50 from commit to request, idle',
      [median(read('idle', (run) => p50AndP99(run.fromCommit)[0]))],
      3,
    ),
    ...ms(
      'longest from commit to request, wake-up missed',
      read('missed', (run) => Math.max(...run.fromCommit)),
      250,
    ),
  ]
  if (name.endsWith('by HTTP')) {
    const calm = (index: 0 | 1): number[] => [median(read('calm', (run) => p50AndP99(run.fromSend)[index]))]
    goals.push(
      ...ms(`p50 from the start of the post to the request, ${CALM_RATE}/s`, calm(0), 4),
      ...ms(`p99 from the start of the post to the request, ${CALM_RATE}/s`, calm(1), 10),
    )
  }
  // A latency at a lower rate says nothing about the target rate.
  const rate = Math.min(...read('busy', (run) => run.rate))
  const wanted = 0.95 * BUSY_RATE
  if (rate < wanted) {
    const text = `${name}: ${BUSY_RATE} single events a second are taken`
    return [...goals, { text, measured: rate, atLeast: wanted, unit: '/s' }]
  }
  const busy = read('busy', (run) => p50AndP99(run.fromCommit)[1])
  return [...goals, ...ms(`p99 from commit to request, ${BUSY_RATE}/s, in every round`, busy, 25)]
}

async function measure(bench: Bench, { engine, emission }: Case, build: Build): Promise<LatencyRun> {
  const { quick } = bench.options
  const receiver = await startRawReceiver({ recordsArrivals: true })
  const server = await startOurServer({ engine, postgres: bench.postgres, build })
  const { emit, close } = createEmitter(server, emission)
  try {
    const endpoints = createEndpoints(100, receiver.url)
    await createWebhooks(server.api, endpoints)
    const load = { emit, endpoints, receiver }
    // Warms up connections to the receiver and compiled code.
    await emitSteadily({ ...load, events: 1_000, everyMs: 4 })
    const idle = await emitSteadily({ ...load, events: quick ? 50 : 300, everyMs: 40, jitterMs: 20 })
    const calm = await emitSteadily({
      ...load,
      events: CALM_RATE * (quick ? 3 : 20),
      everyMs: 1_000 / CALM_RATE,
    })
    const busy = await emitSteadily({
      ...load,
      events: BUSY_RATE * (quick ? 3 : 20),
      everyMs: 1_000 / BUSY_RATE,
    })
    // Another version may promise to poll in another way.
    if (emission === 'http' || server.databaseUrl === undefined || build !== THIS_BUILD)
      return { idle, calm, busy }
    return { idle, calm, busy, missed: await missWakeUps(server.databaseUrl, load, quick) }
  } finally {
    await close()
    await server.close()
    await receiver.close()
  }
}

/** Transactions that insert their event while the relay is awake after a burst, and commit when it sleeps. */
async function missWakeUps(
  databaseUrl: string,
  load: Pick<SteadyLoad, 'emit' | 'endpoints' | 'receiver'>,
  isQuick: boolean,
): Promise<Latencies> {
  return await withClient(databaseUrl, (client) =>
    emitSteadily({
      ...load,
      emit: async ({ id, endpoint, data }) => {
        for (const event of createEvents(20, load.endpoints)) await load.emit(event)
        await client.query('begin')
        await client.query(INSERT, [id, endpoint.organizationId, EVENT, data])
        await pause(OPEN_MS)
        await client.query('commit')
      },
      events: isQuick ? 5 : 30,
      everyMs: OPEN_MS + 1_000,
      jitterMs: 200,
    }),
  )
}
