import { startConfiguredNats } from '../../../packages/server/test/harness/configured-nats.ts'
import type { ConfiguredNats } from '../../../packages/server/test/harness/configured-nats.ts'
import { natsMissing } from '../../../packages/server/test/harness/nats-cluster.ts'
import type { Bench } from '../bench.ts'
import type { StartContestant } from '../contestant.ts'
import type { DeliveryRun } from '../delivery-run.ts'
import { measureDeliveries } from '../delivery-run.ts'
import { createEndpoints } from '../load.ts'
import { startOurs } from '../our-contestant.ts'
import { createWebhooks, startOurServer } from '../ours.ts'
import type { Publication } from '../publishing.ts'
import { startRawReceiver } from '../receivers/raw-receiver.ts'
import type { Cell, Section } from '../section.ts'
import type { Latencies } from '../steady-load.ts'
import { createEmitter, emitSteadily, p50AndP99 } from '../steady-load.ts'
import type { Entry, Measured } from '../turns.ts'
import { medianOf, takeTurns } from '../turns.ts'

/** Where the events wait. */
interface Engine {
  name: string
  /** NATS servers; 0: PostgreSQL's outbox. */
  servers: 0 | 1 | 3
  /** Default: that of ops/nats/nats.conf, `always`. */
  syncInterval?: string
}

const ENGINES: readonly Engine[] = [
  { name: 'PostgreSQL', servers: 0 },
  { name: 'NATS, 1 server', servers: 1 },
  { name: 'NATS, 3 servers', servers: 3 },
  { name: 'NATS, 3 servers, sync_interval 2m', servers: 3, syncInterval: '2m' },
]

interface Load {
  name: string
  publication: Publication
  /** Each of its own organization. */
  endpoints: number
}

const BULK: Load = { name: 'bulk posts, 100 organizations', publication: 'bulk', endpoints: 100 }
const LOADS: readonly Load[] = [
  { name: 'single posts', publication: 'single', endpoints: 100 },
  BULK,
  { name: 'bulk posts, 1 organization', publication: 'bulk', endpoints: 1 },
  { name: 'captured', publication: 'captured', endpoints: 100 },
]

/** What the number of worker processes and of partitions does to the cost of a delivery. */
interface Size {
  name: string
  workers: number
  partitions: number
}

const DEFAULT_SIZE = { workers: 1, partitions: 16 }
const SIZES: readonly Size[] = [
  ...[1, 2, 4].map((workers) => ({
    ...DEFAULT_SIZE,
    name: `${workers} worker processes, 16 partitions`,
    workers,
  })),
  ...[1, 4].map((partitions) => ({
    ...DEFAULT_SIZE,
    name: `1 worker process, ${partitions} partitions`,
    partitions,
  })),
]
const SCALED = ENGINES[2]!

interface Case extends Omit<Size, 'name'> {
  name: string
  engine: Engine
  load: Load
}

/** Measures the same deliveries with events in PostgreSQL and in streams, in turns. */
export async function measureStreams(bench: Bench): Promise<Section> {
  if (natsMissing !== false) throw new Error(natsMissing)
  const matches = ({ name }: { name: string }): boolean => name.includes(bench.options.match)
  const costs = ENGINES.flatMap((engine) =>
    LOADS.map((load): Case => ({ ...DEFAULT_SIZE, name: `${engine.name}, ${load.name}`, engine, load })),
  )
  const sizes = SIZES.map((size): Case => ({ ...size, engine: SCALED, load: BULK }))
  const cost = await measureCases(bench, costs.filter(matches))
  const latency = await measureLatencies(bench, ENGINES.filter(matches))
  const slope = await measureCases(bench, sizes.filter(matches))
  return {
    title: 'Streams',
    notes: [
      `Where events wait: PostgreSQL's outbox, or NATS JetStream with ops/nats/nats.conf (an acknowledged event is on the disk of the majority, unless a sync_interval is named). Events of 1 KB, each to one signed webhook, one worker process and 16 partitions. Single posts: 32 at once. Bulk posts: 500 events in a post, 4 at once; with 100 organizations a post becomes 100 messages of 5 events, with one organization 3 messages. Captured: contacts of the reference CRM, 500 in a statement, 2 at once. CPU: µs, user and system, for a delivery. All servers are on this machine and share its disk. Median of ${bench.options.rounds}.`,
      'Latency: milliseconds from before the post until the signed request had arrived, 100 organizations, single posts.',
    ],
    columns: COLUMNS,
    rows: [...cost.map(toCells), ...latency.flatMap(toLatencyCells)],
    more: {
      note: `The slope, with three servers and bulk posts of 100 organizations: more processes and partitions than cores show in CPU, not in the rate.`,
      columns: COLUMNS.slice(0, 6),
      rows: slope.map((measured) => toCells(measured).slice(0, 6)),
    },
    goals: [],
  }
}

const COLUMNS = [
  'Case',
  'CPU µs',
  'CPU ours',
  'CPU PostgreSQL',
  'CPU NATS',
  'deliveries/s',
  'p50 ms',
  'p99 ms',
  'events/s',
]

async function measureCases(bench: Bench, cases: readonly Case[]): Promise<Measured<DeliveryRun>[]> {
  const entries = cases.map((each): Entry<DeliveryRun> => ({
    name: each.name,
    measure: () =>
      measureDeliveries(bench, {
        start: startOn(each),
        endpoints: (url) => createEndpoints(each.load.endpoints, url),
        events: countEvents(each.load, bench.options.quick),
      }),
  }))
  return await takeTurns(entries, bench.options.rounds, ({ name }, run) =>
    bench.say(
      `${name}: ${toCells({ entry: { name }, results: [run] })
        .slice(1, 6)
        .map(describeCell)
        .join(', ')}`,
    ),
  )
}

function countEvents({ publication }: Load, isQuick: boolean): number {
  const isSlow = publication === 'single'
  if (isQuick) return isSlow ? 2_000 : 5_000
  return isSlow ? 10_000 : 40_000
}

/** Our program with servers of its own: the contestant's own store are the NATS servers. */
function startOn({ engine, load, ...size }: Case): StartContestant {
  return async (given) => {
    const nats = await startNats(engine)
    const settings = settingsOf(engine, nats, size)
    const start = startOurs({ engine: 'postgresql', publication: load.publication, settings })
    const contestant = await start(given).catch(async (error: unknown) => {
      await nats?.stop()
      throw error
    })
    return {
      ...contestant,
      ...(nats === undefined ? {} : { storePid: nats.pid }),
      async close() {
        await contestant.close()
        await nats?.stop()
      },
    }
  }
}

async function startNats({ servers, ...options }: Engine): Promise<ConfiguredNats | undefined> {
  return servers === 0 ? undefined : await startConfiguredNats({ servers, ...options })
}

function settingsOf(
  { servers }: Engine,
  nats: ConfiguredNats | undefined,
  { workers, partitions }: Omit<Size, 'name'>,
): Record<string, string> {
  const own = { WORKERS: String(workers) }
  if (nats === undefined) return own
  return { ...own, NATS_URL: nats.url, NATS_REPLICAS: String(servers), NATS_PARTITIONS: String(partitions) }
}

const MICROSECONDS = 1_000

interface NamedResults {
  entry: { name: string }
  results: readonly DeliveryRun[]
}

/** Seconds for 1,000 deliveries are milliseconds for one. */
function toCells({ entry, results }: NamedResults): Cell[] {
  const inMicroseconds = (read: (run: DeliveryRun) => number | undefined): number | undefined => {
    const value = medianOf(results, read)
    return value === undefined ? undefined : value * MICROSECONDS
  }
  const total = ({ sender, postgres, redis = 0 }: DeliveryRun): number | undefined =>
    sender === undefined || postgres === undefined ? undefined : sender + postgres + redis
  const nats = inMicroseconds(({ redis }) => redis)
  return [
    entry.name,
    inMicroseconds(total),
    inMicroseconds(({ sender }) => sender),
    inMicroseconds(({ postgres }) => postgres),
    nats ?? '',
    medianOf(results, ({ rate }) => rate),
    '',
    '',
    '',
  ]
}

const describeCell = (cell: Cell): string => (typeof cell === 'number' ? cell.toFixed(0) : (cell ?? 'n/a'))

type LatencyRun = Readonly<Record<'idle' | '500/s', Latencies>>

async function measureLatencies(bench: Bench, engines: readonly Engine[]): Promise<Measured<LatencyRun>[]> {
  const entries = engines.map((engine): Entry<LatencyRun> => ({
    name: engine.name,
    measure: () => measureLatency(bench, engine),
  }))
  return await takeTurns(entries, bench.options.rounds, ({ name }, run) =>
    bench.say(
      `${name}: idle ${p50AndP99(run.idle.fromSend).join(' / ')}, 500/s ${p50AndP99(run['500/s'].fromSend).join(' / ')} ms`,
    ),
  )
}

async function measureLatency({ options, postgres }: Bench, engine: Engine): Promise<LatencyRun> {
  const receiver = await startRawReceiver({ recordsArrivals: true })
  const nats = await startNats(engine)
  try {
    const settings = settingsOf(engine, nats, DEFAULT_SIZE)
    const server = await startOurServer({ engine: 'postgresql', postgres, settings })
    const { emit, close } = createEmitter(server, 'http')
    try {
      const endpoints = createEndpoints(100, receiver.url)
      await createWebhooks(server.api, endpoints)
      const load = { emit, endpoints, receiver }
      // Warms up connections to the receiver and compiled code.
      await emitSteadily({ ...load, events: 1_000, everyMs: 4 })
      const idle = await emitSteadily({
        ...load,
        events: options.quick ? 50 : 300,
        everyMs: 40,
        jitterMs: 20,
      })
      const busy = await emitSteadily({ ...load, events: options.quick ? 1_500 : 10_000, everyMs: 2 })
      return { idle, '500/s': busy }
    } finally {
      await close()
      await server.close()
    }
  } finally {
    await nats?.stop()
    await receiver.close()
  }
}

function toLatencyCells({ entry, results }: Measured<LatencyRun>): Cell[][] {
  return (['idle', '500/s'] as const).map((load) => {
    const read = (of: (run: Latencies) => number): number | undefined =>
      medianOf(results, (run) => of(run[load]))
    return [
      `${entry.name}, latency, ${load}`,
      '',
      '',
      '',
      '',
      '',
      read(({ fromSend }) => p50AndP99(fromSend)[0]),
      read(({ fromSend }) => p50AndP99(fromSend)[1]),
      read(({ rate }) => rate),
    ]
  })
}
