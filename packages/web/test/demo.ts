import type { Api } from '../../server/test/harness/api.ts'
import type { ReceiverServer } from '../../server/test/harness/receiver-server.ts'

export interface Demo {
  organizationId: string
  /** Everything arrives. */
  healthy: string
  /** Filtered, with a rotated secret. */
  filtered: string
  /** Answers 500. */
  failing: string
  /** Refuses connections until it is held. */
  held: string
  off: string
}

const SHAPES = {
  healthy: {
    name: 'CRM Sync',
    path: '/hooks/crm',
    events: ['contact.*', 'deal.*'],
    description: 'Keeps the data warehouse up to date',
  },
  filtered: {
    name: 'Won deals to finance',
    path: '/finance/deals',
    events: ['deal.stage.changed'],
    filter: { 'data.stage': 'Won', 'data.value': { $gt: 1_000 } },
    headers: { Authorization: 'Bearer finance-token' },
  },
  failing: {
    name: 'Support desk',
    path: '/support',
    events: ['conversation.*', 'message.received', 'contact.*'],
  },
  held: { name: 'Legacy newsletter', path: '/newsletter', events: ['contact.created', 'contact.updated'] },
  off: { name: 'Warehouse (paused)', path: '/warehouse', events: ['*'] },
} as const

const PEOPLE = [
  ['Ada', 'Lovelace', 'Analytical Engines'],
  ['Grace', 'Hopper', 'Compilers & Co'],
  ['Alan', 'Turing', 'Bletchley Ltd'],
  ['Katherine', 'Johnson', 'Orbit Inc'],
  ['Edsger', 'Dijkstra', 'Shortest Path BV'],
  ['Barbara', 'Liskov', 'Substitution LLC'],
] as const

const DEALS = ['Annual plan', 'Onboarding package', 'Renewal 2026', 'Team seats', 'Pilot project'] as const

/** An organization that lives: webhooks in every condition, and the events that brought them there. */
export async function createDemo(api: Api, receiver: ReceiverServer): Promise<Demo> {
  const { id: organizationId } = await api.insert<{ id: string }>('organizations', { name: 'Acme GmbH' })
  receiver.reply('/support', (response) => {
    response.writeHead(500, { 'content-type': 'application/json', server: 'nginx' })
    response.end('{"error":"could not reach the ticket database","trace_id":"9f2c1a"}')
  })
  receiver.reply('/newsletter', 503)
  const ids: Record<string, string> = {}
  for (const [key, { path, ...fields }] of Object.entries(SHAPES)) {
    const { id } = await api.insert<{ id: string }>('webhook_configurations', {
      organization_id: organizationId,
      url: `${receiver.url}${path}`,
      secret: 'generate',
      ...fields,
    })
    ids[key] = id
  }
  await api.patch(`webhook_configurations?id=eq.${ids['off']}`, { is_active: false })
  await happen(api, organizationId)
  return { organizationId, ...(ids as Omit<Demo, 'organizationId'>) }
}

async function happen(api: Api, organizationId: string): Promise<void> {
  for (const [first_name, last_name, company] of PEOPLE) {
    const { id } = await api.insert<{ id: string }>('contacts', {
      organization_id: organizationId,
      first_name,
      last_name,
      email: `${first_name}@example.com`.toLowerCase(),
    })
    await api.patch(`contacts?id=eq.${id}`, { company })
  }
  for (const [at, title] of DEALS.entries()) {
    const { id } = await api.insert<{ id: string }>('deals', {
      organization_id: organizationId,
      title,
      stage: 'Negotiation',
      value: 600 * (at + 1),
      currency: 'EUR',
    })
    await api.patch(`deals?id=eq.${id}`, { stage: at % 2 === 0 ? 'Won' : 'Lost' })
  }
}
