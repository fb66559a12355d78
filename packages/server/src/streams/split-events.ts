import { createHash } from 'node:crypto'
import { groupBy } from '../domain/group-by.ts'
import type { StreamedEvent } from './event-message.ts'

/** Events of one organization that are published as one message. */
export interface Parcel {
  organizationId: string
  events: readonly StreamedEvent[]
}

const MAX_EVENTS = 200
const MAX_BYTES = 262_144
/** About what the head of an event takes. */
const HEAD_BYTES = 300

/**
 * Groups events by organization, in their order, into messages of bounded size; a single event may be larger. The same events in
 * the same order make the same messages, so that their ids tell when they are published twice.
 *
 * @returns the messages of each organization
 */
export function splitEvents(events: readonly StreamedEvent[]): Parcel[][] {
  const groups = groupBy(events, (event) => event.organization_id)
  return [...groups].map(([organizationId, own]) =>
    splitOwn(own).map((part) => ({ organizationId, events: part })),
  )
}

function splitOwn(events: readonly StreamedEvent[]): StreamedEvent[][] {
  const parts: StreamedEvent[][] = []
  let bytes = Infinity
  for (const event of events) {
    const size = bytesOf(event)
    const last = parts.at(-1)
    if (last === undefined || last.length >= MAX_EVENTS || bytes + size > MAX_BYTES) {
      parts.push([event])
      bytes = size
    } else {
      last.push(event)
      bytes += size
    }
  }
  return parts
}

function bytesOf({ data, previous }: StreamedEvent): number {
  return HEAD_BYTES + Buffer.byteLength(data) + (previous === null ? 0 : Buffer.byteLength(previous))
}

/** What tells the servers that a message was published before. */
export function messageIdOf({ organizationId, events }: Parcel): string {
  const [first] = events
  if (events.length === 1) return `${organizationId}:${first!.id}`
  const hash = createHash('sha256')
  for (const { id } of events) hash.update(id)
  return `${organizationId}:${first!.id}:${events.length}:${hash.digest('base64url')}`
}
