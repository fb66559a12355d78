import type { Bench } from '../bench.ts'
import { listBuilds } from '../builds/build.ts'
import type { DeliveryRun } from '../delivery-run.ts'
import { measureDeliveries } from '../delivery-run.ts'
import { DELIVERY_NOTE, describeRun, toDeliveryTable } from '../delivery-table.ts'
import { createEndpoints } from '../load.ts'
import { startOurs } from '../our-contestant.ts'
import type { OurServer } from '../ours.ts'
import type { Section } from '../section.ts'
import type { Entry } from '../turns.ts'
import { takeTurns } from '../turns.ts'

const PUBLICATIONS = ['single', 'bulk'] as const
const ENDPOINTS = [1, 100]
const ORDERINGS = ['none', 'record'] as const

/** Measures what an order per record costs, when every record is another one. */
export async function measureOrder(bench: Bench): Promise<Section> {
  const { options } = bench
  const [build] = listBuilds(undefined)
  const entries = PUBLICATIONS.flatMap((publication) =>
    ENDPOINTS.flatMap((endpoints) =>
      ORDERINGS.map((ordering): Entry<DeliveryRun> => ({
        name: `${publication} posts, ${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}, ordering ${ordering}`,
        build: build!,
        measure: () =>
          measureDeliveries(bench, {
            start: startOurs({
              engine: 'postgresql',
              publication,
              fill: (server) => setOrdering(server, ordering),
            }),
            endpoints: (url) => createEndpoints(endpoints, url),
            events: options.quick ? 2_000 : 10_000,
          }),
      })),
    ),
  ).filter(({ name }) => name.includes(options.match))
  const all = await takeTurns(entries, options.rounds, (entry, run) =>
    bench.say(`${entry.name}: ${describeRun(run)}`),
  )
  return {
    title: 'Order',
    notes: [
      `PostgreSQL. Events of 1 KB, each about a record of its own, to webhooks without an order and with one. Single posts: 32 at once. Bulk posts: 500 events in a post, 4 at once. Median of ${options.rounds}. ${DELIVERY_NOTE}`,
    ],
    ...toDeliveryTable(all, undefined),
    goals: [],
  }
}

async function setOrdering({ api }: OurServer, ordering: string): Promise<void> {
  await api.patch('webhook_configurations?id=not.is.null', { ordering })
}
