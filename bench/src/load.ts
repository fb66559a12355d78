import { randomBytes, randomUUID } from 'node:crypto'
import { newId } from '../../packages/server/src/domain/ids.ts'

/** A destination: one webhook, in its own organization. */
export interface Endpoint {
  id: string
  organizationId: string
  url: string
  secret: string
  /** What its webhook subscribes to; default `EVENT`. */
  eventType?: string
}

/** An event that exactly one endpoint receives. */
export interface LoadEvent {
  id: string
  endpoint: Endpoint
  /** A JSON object. */
  data: string
}

export const EVENT = 'contact.created'

export function createEndpoints(count: number, receiverUrl: string, path = 'hook'): Endpoint[] {
  return Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    organizationId: randomUUID(),
    url: `${receiverUrl}/${path}-${index}`,
    secret: `whsec_${randomBytes(32).toString('base64')}`,
  }))
}

/** Creates the endpoints of webhooks of one organization. */
export function createSiblings(count: number, receiverUrl: string): Endpoint[] {
  const organizationId = randomUUID()
  return createEndpoints(count, receiverUrl).map((endpoint) => ({ ...endpoint, organizationId }))
}

/** Creates events whose requests have one kilobyte, for the endpoints in turn. */
export function createEvents(count: number, endpoints: readonly Endpoint[]): LoadEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const endpoint = endpoints[index % endpoints.length]
    if (endpoint === undefined) throw new Error('events need an endpoint')
    return { id: newId(), endpoint, data: createData(endpoint.organizationId) }
  })
}

const BODY_BYTES = 1_024
/** Size of the request around its data. */
const ENVELOPE_BYTES = `{"event":"${EVENT}","timestamp":"2026-01-01T00:00:00.000Z","data":}`.length

function createData(organizationId: string): string {
  const contact = {
    id: randomUUID(),
    organization_id: organizationId,
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: '+44 20 7946 0958',
    tags: ['newsletter', 'trial'],
    notes: '',
  }
  const missing = BODY_BYTES - ENVELOPE_BYTES - JSON.stringify(contact).length
  return JSON.stringify({ ...contact, notes: 'lorem ipsum dolor '.repeat(60).slice(0, missing) })
}

/** Splits into consecutive batches of at most `size`. */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  const batches: T[][] = []
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size))
  return batches
}

/** Runs the work for each item, with limited concurrency. */
export async function forEachConcurrently<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
