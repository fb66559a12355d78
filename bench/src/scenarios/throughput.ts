import type { Bench } from '../bench.ts'
import { listBuilds } from '../builds/build.ts'
import type { Build } from '../builds/build.ts'
import type { StartContestant } from '../contestant.ts'
import type { DeliveryRun } from '../delivery-run.ts'
import { measureDeliveries } from '../delivery-run.ts'
import { DELIVERY_NOTE, describeRun, readRate, toDeliveryTable } from '../delivery-table.ts'
import { createEndpoints } from '../load.ts'
import { startOurs } from '../our-contestant.ts'
import { startBullmq } from '../peers/bullmq.ts'
import { startGraphileWorker } from '../peers/graphile-worker.ts'
import { hasRedis } from '../peers/redis.ts'
import type { Goal, Section } from '../section.ts'
import type { Entry, Measured } from '../turns.ts'
import { fullName, medianOf, takeTurns } from '../turns.ts'

interface ContestantCase {
  name: string
  build?: Build
  start: StartContestant
}

const PEERS: readonly ContestantCase[] = [
  { name: 'graphile-worker', start: startGraphileWorker('single') },
  { name: 'graphile-worker, log in batches', start: startGraphileWorker('batched') },
]

const ENDPOINTS = [1, 1_000]

/** Measures how fast events become recorded deliveries, compared with job queues that do the same work. */
export async function measureThroughput(bench: Bench): Promise<Section> {
  const { options, against, receiverKind } = bench
  const events = options.quick ? 5_000 : 40_000
  const entries = listContestants(against)
    .flatMap((each) =>
      ENDPOINTS.map((endpoints): Entry<DeliveryRun> => ({
        ...each,
        name: `${each.name}, ${count(endpoints)}`,
        measure: () =>
          measureDeliveries(bench, {
            start: each.start,
            endpoints: (url) => createEndpoints(endpoints, url),
            events,
          }),
      })),
    )
    .filter(({ name }) => name.includes(options.match))
  const all = await takeTurns(entries, options.rounds, (entry, run) =>
    bench.say(`${fullName(entry, against)}: ${describeRun(run)}`),
  )
  return {
    title: 'Throughput',
    notes: [
      `${events.toLocaleString('en')} events of 1 KB, each to one signed webhook, one log row each, 500 events in a statement or post, 2 at once; median of ${options.rounds}. ${DELIVERY_NOTE} Receiver: ${receiverKind}.`,
      ...(hasRedis() ? [] : ['BullMQ was left out: no redis-server was found.']),
    ],
    ...toDeliveryTable(all, against),
    goals: toGoals(all.filter(({ entry }) => entry.build !== against || against === undefined)),
  }
}

function listContestants(against: Build | undefined): ContestantCase[] {
  const ours = listBuilds(against).flatMap((build): ContestantCase[] => [
    {
      name: 'ours, PostgreSQL, events by SQL',
      build,
      start: startOurs({ engine: 'postgresql', publication: 'sql', build }),
    },
    {
      name: 'ours, PostgreSQL, events by HTTP',
      build,
      start: startOurs({ engine: 'postgresql', publication: 'http', build }),
    },
    {
      name: 'ours, PGlite, events by HTTP',
      build,
      start: startOurs({ engine: 'pglite', publication: 'http', build }),
    },
  ])
  return [...ours, ...PEERS, ...(hasRedis() ? [{ name: 'BullMQ', start: startBullmq }] : [])]
}

function count(endpoints: number): string {
  return endpoints === 1 ? '1 endpoint' : `${endpoints.toLocaleString('en')} endpoints`
}

function toGoals(all: readonly Measured<DeliveryRun>[]): Goal[] {
  const rateOf = (name: string): number =>
    medianOf(all.find(({ entry }) => entry.name === name)?.results ?? [], readRate) ?? Number.NaN
  return ENDPOINTS.map(count).flatMap((endpoints) => {
    const times = (name: string, peer: string, atLeast: number): Goal => ({
      text: `${name}, ${endpoints}, against ${peer}`,
      measured: rateOf(`${name}, ${endpoints}`) / rateOf(`${peer}, ${endpoints}`),
      atLeast,
      unit: '×',
    })
    return [
      times('ours, PostgreSQL, events by SQL', 'graphile-worker', 5),
      times('ours, PostgreSQL, events by SQL', 'graphile-worker, log in batches', 2.5),
      times('ours, PGlite, events by HTTP', 'graphile-worker', 2),
    ]
  })
}
