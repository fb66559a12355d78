import type { Bench } from '../bench.ts'
import { startBullmq } from '../peers/bullmq.ts'
import type { StartContestant } from '../contestant.ts'
import { startGraphileWorker } from '../peers/graphile-worker.ts'
import { startOurs } from '../ours.ts'
import { hasRedis } from '../peers/redis.ts'
import { createEndpoints, createEvents } from '../load.ts'
import { CpuMeter } from '../machine/cpu.ts'
import type { Receiver } from '../receivers/receiver.ts'
import type { Cell, Goal, Section } from '../section.ts'
import { median } from '../statistics.ts'
import { pause, waitFor } from '../wait.ts'

interface Case {
  name: string
  start: StartContestant
  endpoints: number
}

/** Results of one run; seconds are per thousand deliveries. */
interface Run {
  /** Deliveries per second, from the first emitted event to the last recorded success. */
  rate: number
  /** Requests per second at the receiver, from the same start. */
  received: number
  process: number | undefined
  postgres: number | undefined
  redis: number | undefined
  receiver: number | undefined
}

const CONTESTANTS: { name: string; start: StartContestant; needsRedis?: true }[] = [
  { name: 'ours, PostgreSQL, events by SQL', start: startOurs('postgresql', 'sql') },
  { name: 'ours, PostgreSQL, events by HTTP', start: startOurs('postgresql', 'http') },
  { name: 'ours, PGlite, events by HTTP', start: startOurs('pglite', 'http') },
  { name: 'graphile-worker', start: startGraphileWorker('single') },
  { name: 'graphile-worker, log in batches', start: startGraphileWorker('batched') },
  { name: 'BullMQ', start: startBullmq, needsRedis: true },
]

/** Measures how fast events become recorded deliveries, compared with job queues that do the same work. */
export async function measureThroughput(bench: Bench): Promise<Section> {
  const { options } = bench
  const deliveries = options.quick ? 5_000 : 40_000
  const cases = CONTESTANTS.filter(({ needsRedis }) => needsRedis === undefined || hasRedis())
    .flatMap(({ name, start }) =>
      [1, 1_000].map((endpoints): Case => ({ name: `${name}, ${count(endpoints)}`, start, endpoints })),
    )
    .filter(({ name }) => name.includes(options.match))
  const runs = new Map<string, Run[]>(cases.map(({ name }) => [name, []]))
  // Round by round, so that a slow minute of the machine does not hit only one contestant.
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const each of cases) {
      const run = await measure(bench, each, deliveries)
      bench.say(
        `${each.name}: ${Math.round(run.rate)}/s, CPU s per 1,000: process ${formatSeconds(run.process)}, PostgreSQL ${formatSeconds(run.postgres)}`,
      )
      runs.get(each.name)?.push(run)
    }
  }
  const kind = bench.receiverKind
  return {
    title: 'Throughput',
    notes: [
      `${deliveries.toLocaleString('en')} events of 1 KB, each to one signed webhook, one log row each; median of ${options.rounds}. Rate: from the first event emitted to the last delivery recorded. CPU: seconds (user and system) for 1,000 deliveries. Receiver: ${kind}.`,
      ...(hasRedis() ? [] : ['BullMQ was left out: no redis-server was found.']),
    ],
    columns: [
      'Contestant',
      'deliveries/s',
      'at the receiver/s',
      'CPU without receiver',
      'CPU process',
      'CPU PostgreSQL',
      'CPU Redis',
      'CPU receiver',
      'lowest–highest/s',
    ],
    rows: cases.map(({ name }) => toRow(name, runs.get(name) ?? [])),
    goals: toGoals((name) => median((runs.get(name) ?? []).map(({ rate }) => rate))),
  }
}

function count(endpoints: number): string {
  return endpoints === 1 ? '1 endpoint' : `${endpoints.toLocaleString('en')} endpoints`
}

async function measure(bench: Bench, { start, endpoints: size }: Case, deliveries: number): Promise<Run> {
  const receiver = await bench.startReceiver()
  try {
    const endpoints = createEndpoints(size, receiver.url)
    const contestant = await start({ postgres: bench.postgres, endpoints })
    try {
      // Excludes the time before the code is compiled.
      const warmUp = Math.max(2_000, size * 2)
      await deliverAll(contestant.prepare(createEvents(warmUp, endpoints)), warmUp, receiver, () =>
        contestant.isDone(),
      )
      const emit = contestant.prepare(createEvents(deliveries, endpoints))
      // Lets pending writes of the warm-up and garbage of the preparation settle.
      await pause(1_000)
      const cpu = new CpuMeter({
        process: contestant.pid,
        postgres: bench.postgres.postmaster,
        redis: contestant.storePid,
        receiver: receiver.pid,
      })
      const { recorded, received } = await deliverAll(emit, deliveries, receiver, () => contestant.isDone())
      const used = cpu.used()
      const successes = await contestant.countSuccesses()
      if (successes !== warmUp + deliveries) {
        throw new Error(`${successes} log rows of success where ${warmUp + deliveries} were expected`)
      }
      const perThousand = (seconds: number | undefined): number | undefined =>
        seconds === undefined ? undefined : (seconds / deliveries) * 1_000
      return {
        rate: deliveries / recorded,
        received: deliveries / received,
        process: perThousand(used.process),
        postgres: perThousand(used.postgres),
        redis: perThousand(used.redis),
        receiver: perThousand(used.receiver),
      }
    } finally {
      await contestant.close()
    }
  } finally {
    await receiver.close()
  }
}

/** Returns the seconds until the receiver had everything, and until everything was recorded. */
async function deliverAll(
  emit: () => Promise<void>,
  deliveries: number,
  receiver: Receiver,
  isDone: () => Promise<boolean>,
): Promise<{ received: number; recorded: number }> {
  const wanted = (await receiver.count()) + deliveries
  const start = performance.now()
  const emitted = emit()
  await Promise.all([
    emitted,
    waitFor('all requests', async () => (await receiver.count()) >= wanted, { everyMs: 25 }),
  ])
  const received = (performance.now() - start) / 1_000
  await waitFor('all results', isDone)
  return { received, recorded: (performance.now() - start) / 1_000 }
}

function toRow(name: string, runs: readonly Run[]): Cell[] {
  const middle = (read: (run: Run) => number | undefined): number | undefined => {
    const values = runs.map(read).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  const rates = runs.map(({ rate }) => Math.round(rate))
  return [
    name,
    middle((run) => run.rate),
    middle((run) => run.received),
    middle(({ process, postgres, redis = 0 }) =>
      process === undefined || postgres === undefined ? undefined : process + postgres + redis,
    ),
    middle((run) => run.process),
    middle((run) => run.postgres),
    middle((run) => run.redis),
    middle((run) => run.receiver),
    `${Math.min(...rates)}–${Math.max(...rates)}`,
  ]
}

function toGoals(rateOf: (name: string) => number): Goal[] {
  return ['1 endpoint', '1,000 endpoints'].flatMap((endpoints) => {
    const peer = rateOf(`graphile-worker, ${endpoints}`)
    const times = (name: string, atLeast: number): Goal => ({
      text: `${name}, ${endpoints}, against graphile-worker + undici`,
      measured: rateOf(`${name}, ${endpoints}`) / peer,
      atLeast,
      unit: '×',
    })
    return [times('ours, PostgreSQL, events by SQL', 3), times('ours, PGlite, events by HTTP', 2)]
  })
}

function formatSeconds(seconds: number | undefined): string {
  return seconds === undefined ? 'n/a' : seconds.toFixed(3)
}
