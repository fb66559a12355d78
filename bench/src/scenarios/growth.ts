import type { Bench } from '../bench.ts'
import { listBuilds } from '../builds/build.ts'
import type { DeliveryRun, OpenDeliveries } from '../delivery-run.ts'
import { openDeliveries } from '../delivery-run.ts'
import { DELIVERY_NOTE, describeRun, toDeliveryTable, totalCpu } from '../delivery-table.ts'
import { insertHistory, vacuumHistory } from '../history/insert-history.ts'
import { createEndpoints } from '../load.ts'
import { startOurs } from '../our-contestant.ts'
import type { Goal, Section } from '../section.ts'
import type { Entry, Measured } from '../turns.ts'
import { fullName, medianOf, takeTurns } from '../turns.ts'

const SIZES = [10_000, 100_000]
const LARGE_SIZES = [1_000_000, 10_000_000]
const ENDPOINTS = 100

/** Measures the same load with more and more history. */
export async function measureGrowth(bench: Bench): Promise<Section> {
  const { options, against } = bench
  const sizes = options.quick ? [1_000, 10_000] : [...SIZES, ...(options.large ? LARGE_SIZES : [])]
  const events = options.quick ? 5_000 : 40_000
  const all: Measured<DeliveryRun>[] = []
  for (const size of sizes) all.push(...(await measureSize(bench, size, events)))
  return {
    title: 'Growth',
    notes: [
      `${events.toLocaleString('en')} events of 1 KB by bulk posts, each to one of ${ENDPOINTS} signed webhooks, with so many events, deliveries and log rows of the past 30 days, in their partitions. Median of ${options.rounds}. ${DELIVERY_NOTE}`,
      ...(options.large ? [] : ['1,000,000 and 10,000,000 rows are measured with `--large`.']),
    ],
    ...toDeliveryTable(all, against),
    goals: toGoals(all.filter(({ entry }) => entry.build !== against)),
  }
}

/** Fills a database for each build once; the rounds then take turns on them. */
async function measureSize(bench: Bench, size: number, events: number): Promise<Measured<DeliveryRun>[]> {
  const { options, against, say } = bench
  const opened: OpenDeliveries[] = []
  const entries: Entry<DeliveryRun>[] = []
  try {
    for (const build of listBuilds(against)) {
      const deliveries = await openDeliveries(bench, {
        start: startOurs({
          engine: 'postgresql',
          publication: 'bulk',
          build,
          fill: async ({ databaseUrl = '' }, webhooks) => {
            await insertHistory(databaseUrl, { rows: size, webhooks })
            await vacuumHistory(databaseUrl)
          },
        }),
        endpoints: (url) => createEndpoints(ENDPOINTS, url),
        events,
      })
      opened.push(deliveries)
      entries.push({
        name: `${size.toLocaleString('en')} rows of history`,
        build,
        measure: () => deliveries.measure(),
      })
    }
    return await takeTurns(entries, options.rounds, (entry, run) =>
      say(`${fullName(entry, against)}: ${describeRun(run)}`),
    )
  } finally {
    for (const deliveries of opened) await deliveries.close()
  }
}

function toGoals(all: readonly Measured<DeliveryRun>[]): Goal[] {
  const [least, most] = [all.at(0), all.at(-1)]
  if (least === undefined || most === undefined || least === most) return []
  const cpu = ({ results }: Measured<DeliveryRun>): number => medianOf(results, totalCpu) ?? Number.NaN
  return [
    {
      text: `CPU for 1,000 deliveries, ${most.entry.name} against ${least.entry.name}`,
      measured: cpu(most) / cpu(least),
      atMost: 1.2,
      unit: '×',
    },
  ]
}
