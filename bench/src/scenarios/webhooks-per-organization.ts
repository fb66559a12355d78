import type { Bench } from '../bench.ts'
import type { Endpoint } from '../load.ts'
import { createSiblings } from '../load.ts'
import type { Section } from '../section.ts'
import { measureCases } from './our-deliveries.ts'

const COUNTS = [1, 100, 1_000]

/** Measures what the organization's other webhooks add to a delivery. */
export async function measureWebhooksPerOrganization(bench: Bench): Promise<Section> {
  const events = bench.options.quick ? 2_000 : 10_000
  const cases = COUNTS.map((count) => ({
    name: `${count.toLocaleString('en')} ${count === 1 ? 'webhook' : 'webhooks'}`,
    publication: 'single' as const,
    settings: { MAX_WEBHOOKS: String(Math.max(...COUNTS)) },
    endpoints: (url: string) => subscribeFirst(createSiblings(count, url)),
    targets: (endpoints: readonly Endpoint[]) => endpoints.slice(0, 1),
    events,
  }))
  return {
    title: 'Webhooks of an organization',
    ...(await measureCases(
      bench,
      cases,
      `${events.toLocaleString('en')} events of 1 KB by single posts, 32 at once, in one organization, whose first webhook gets them; the others subscribe to another event type.`,
    )),
    goals: [],
  }
}

function subscribeFirst([first, ...others]: readonly Endpoint[]): Endpoint[] {
  if (first === undefined) return []
  return [first, ...others.map((endpoint) => ({ ...endpoint, eventType: 'contact.updated' }))]
}
