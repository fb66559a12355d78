import type { Bench } from '../bench.ts'
import { createSiblings } from '../load.ts'
import type { Endpoint } from '../load.ts'
import type { Section } from '../section.ts'
import { measureCases } from './our-deliveries.ts'

const WIDTHS = [1, 10, 100]

/** Measures a delivery by the number of webhooks that get its event. */
export async function measureFanOut(bench: Bench): Promise<Section> {
  const deliveries = bench.options.quick ? 5_000 : 40_000
  const cases = WIDTHS.map((fanOut) => ({
    name: `1 → ${fanOut}`,
    publication: 'bulk' as const,
    endpoints: (url: string) => createSiblings(fanOut, url),
    targets: (endpoints: readonly Endpoint[]) => endpoints.slice(0, 1),
    fanOut,
    events: deliveries / fanOut,
  }))
  return {
    title: 'Fan-out',
    ...(await measureCases(
      bench,
      cases,
      `${deliveries.toLocaleString('en')} deliveries of events of 1 KB by bulk posts, in one organization, all of whose webhooks get each event.`,
    )),
    goals: [],
  }
}
