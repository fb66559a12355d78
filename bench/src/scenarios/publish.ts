import type { Bench } from '../bench.ts'
import { listBuilds } from '../builds/build.ts'
import type { DeliveryRun } from '../delivery-run.ts'
import { measureDeliveries } from '../delivery-run.ts'
import {
  DELIVERY_NOTE,
  describeRun,
  readPeak,
  readRate,
  toDeliveryTable,
  totalCpu,
} from '../delivery-table.ts'
import { createEndpoints } from '../load.ts'
import { startOurs } from '../our-contestant.ts'
import type { Engine } from '../ours.ts'
import type { Publication } from '../publishing.ts'
import type { Goal, Section } from '../section.ts'
import type { Entry, Measured } from '../turns.ts'
import { findBaseline, fullName, medianOf, medianRatio, takeTurns } from '../turns.ts'

interface Case {
  name: string
  engine: Engine
  publication: Publication
  /** Seconds for 1,000 deliveries. */
  maxCpu?: number
  /** Against the baseline. */
  minSpeedUp: number
}

const CASES: readonly Case[] = [
  {
    name: 'PostgreSQL, single posts',
    engine: 'postgresql',
    publication: 'single',
    maxCpu: 0.45,
    minSpeedUp: 1.625,
  },
  {
    name: 'PostgreSQL, bulk posts',
    engine: 'postgresql',
    publication: 'bulk',
    maxCpu: 0.22,
    minSpeedUp: 1.7,
  },
  { name: 'PostgreSQL, events by SQL', engine: 'postgresql', publication: 'sql', minSpeedUp: 1.4 },
  { name: 'PostgreSQL, captured', engine: 'postgresql', publication: 'captured', minSpeedUp: 1.4 },
  { name: 'embedded, single posts', engine: 'pglite', publication: 'single', minSpeedUp: 1.6 },
  { name: 'embedded, bulk posts', engine: 'pglite', publication: 'bulk', minSpeedUp: 1.6 },
]

const MAX_EMBEDDED_MIB = 500
const ENDPOINTS = [1, 100]

/** Measures what a delivery costs, by the way its event is published. */
export async function measurePublish(bench: Bench): Promise<Section> {
  const { options, against } = bench
  const entries = CASES.flatMap((each) => ENDPOINTS.map((endpoints) => ({ each, endpoints })))
    .map(({ each, endpoints }) => ({ each, endpoints, name: nameOf(each, endpoints) }))
    .filter(({ name }) => name.includes(options.match))
    .flatMap(({ each, endpoints, name }) =>
      listBuilds(against).map((build): Entry<DeliveryRun> => ({
        name,
        build,
        measure: () =>
          measureDeliveries(bench, {
            start: startOurs({ ...each, build }),
            endpoints: (url) => createEndpoints(endpoints, url),
            events: countEvents(each.publication, options.quick),
          }),
      })),
    )
  const all = await takeTurns(entries, options.rounds, (entry, run) =>
    bench.say(`${fullName(entry, against)}: ${describeRun(run)}`),
  )
  return {
    title: 'Publishing',
    notes: [
      `Events of 1 KB, each to one signed webhook. Single posts: 32 at once, each answered after its commit. Bulk posts: 500 events in a post, 4 at once. By SQL: 500 rows inserted into the events table in a statement, 2 at once. Captured: the same with contacts of the reference CRM, whose trigger captures the events. Median of ${options.rounds}. ${DELIVERY_NOTE}`,
    ],
    ...toDeliveryTable(all, against),
    goals: all.flatMap((measured) => toGoals(all, measured, bench)),
  }
}

function nameOf({ name }: Case, endpoints: number): string {
  return `${name}, ${endpoints === 1 ? '1 endpoint' : `${endpoints} endpoints`}`
}

function countEvents(publication: Publication, isQuick: boolean): number {
  const isSlow = publication === 'single'
  if (isQuick) return isSlow ? 2_000 : 5_000
  return isSlow ? 10_000 : 40_000
}

function toGoals(
  all: readonly Measured<DeliveryRun>[],
  measured: Measured<DeliveryRun>,
  { against }: Bench,
): Goal[] {
  const { entry, results } = measured
  const found = CASES.find(({ name }) => entry.name.startsWith(name))
  if (found === undefined || entry.build === against) return []
  const baseline = findBaseline(all, measured, against)?.results
  const goals: Goal[] = []
  if (found.maxCpu !== undefined) {
    goals.push({
      text: `${entry.name}: CPU for 1,000 deliveries`,
      measured: medianOf(results, totalCpu) ?? Number.NaN,
      atMost: found.maxCpu,
      unit: 's',
    })
  }
  if (baseline !== undefined) {
    goals.push({
      text: `${entry.name}: deliveries/s against ${against?.name}`,
      measured: medianRatio(results, baseline, readRate) ?? Number.NaN,
      atLeast: found.minSpeedUp,
      unit: '×',
    })
  }
  if (found.engine === 'pglite') {
    goals.push({
      text: `${entry.name}: peak memory`,
      measured: medianOf(results, readPeak) ?? Number.NaN,
      atMost: MAX_EMBEDDED_MIB,
      unit: 'MiB',
    })
  }
  return goals
}
