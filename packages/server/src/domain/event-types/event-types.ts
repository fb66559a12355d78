import { phrase } from '../messages/phrase.ts'
import type { MessageCode } from '../messages/phrase.ts'
import { covers } from './covers.ts'
import { OPERATIONAL_EVENTS } from './operational-events.ts'
import type { RecordName } from './records.ts'
import { exampleOf } from './records.ts'

export interface EventType {
  name: string
  category: string
  description: string
  /** The kind of record in `data`. */
  record: RecordName
  /** Columns whose value the event fixes, or which it guarantees to be set. */
  narrows: Readonly<Record<string, Narrowed>>
  /** A realistic `data` for the Test button and the catalog. */
  example: Readonly<Record<string, unknown>>
  /** The example's `previous`, for a type that reports changes. */
  previous?: Readonly<Record<string, unknown>>
  /** Columns that `previous` always includes. */
  changes: readonly string[]
}

export type Narrowed = { value: string } | 'set'

interface More {
  narrows?: EventType['narrows']
  /** Values of the example that differ from the record's example. */
  example?: Record<string, unknown>
  previous?: Record<string, unknown>
  changes?: readonly string[]
}

const ASSIGNED: More = {
  narrows: { assigned_to: 'set' },
  previous: { assigned_to: null },
  changes: ['assigned_to'],
}
const INBOUND = { direction: { value: 'inbound' } } as const
const OUTBOUND: More = { narrows: { direction: { value: 'outbound' } } }
const RECEIVED = {
  direction: 'inbound',
  status: 'received',
  body: 'Is the offer still valid?',
  sent_at: null,
  external_id: 'wamid.0002',
}
const LATER = '2025-01-15T10:30:04+00:00'

/** The seventeen event types; this list and ./records.ts are their only source. */
export const EVENT_TYPES: readonly EventType[] = [
  define('contact.created', 'contact'),
  define('contact.updated', 'contact', { previous: { company: null } }),
  define('contact.assigned', 'contact', ASSIGNED),
  define('deal.created', 'deal'),
  define('deal.updated', 'deal', { previous: { value: 900 } }),
  define('deal.stage.changed', 'deal', {
    example: { stage: 'Won' },
    previous: { stage: 'Negotiation' },
    changes: ['stage'],
  }),
  define('deal.assigned', 'deal', ASSIGNED),
  define('conversation.created', 'conversation'),
  define('conversation.assigned', 'conversation', ASSIGNED),
  define('conversation.status.changed', 'conversation', {
    example: { status: 'closed' },
    previous: { status: 'open' },
    changes: ['status'],
  }),
  define('message.received', 'message', { narrows: INBOUND, example: RECEIVED }),
  define('message.sent', 'message', OUTBOUND),
  define('message.delivered', 'message', {
    ...OUTBOUND,
    example: { status: 'delivered', delivered_at: LATER },
  }),
  define('message.read', 'message', {
    ...OUTBOUND,
    example: { status: 'read', delivered_at: LATER, read_at: LATER },
  }),
  define('message.failed', 'message', {
    ...OUTBOUND,
    example: { status: 'failed', error: 'recipient unreachable', sent_at: null, failed_at: LATER },
  }),
  define('broadcast.response', 'message', {
    narrows: { ...INBOUND, broadcast_id: 'set' },
    example: { ...RECEIVED, broadcast_id: '0193f0a2-6c1b-7c3e-8f00-000000000061' },
  }),
  define('zoom.recording.completed', 'meeting', {
    narrows: { recording_status: { value: 'completed' } },
  }),
]

/** Each has its description in the catalog. */
type EventName = MessageCode extends infer Code ? (Code extends `event.${infer Name}` ? Name : never) : never

function define(
  name: EventName,
  record: RecordName,
  { narrows = {}, example = {}, previous, changes = [] }: More = {},
): EventType {
  return {
    name,
    category: categoryOf(name),
    description: phrase(`event.${name}`),
    record,
    narrows,
    changes,
    example: { ...exampleOf(record), ...example },
    ...(previous === undefined ? {} : { previous }),
  }
}

/** Returns `deal` for `deal.stage.changed`. */
export function categoryOf(name: string): string {
  return name.slice(0, name.indexOf('.'))
}

/** Returns whether a subscription covers at least one known event type. */
export function isKnownSubscription(subscription: string, names: readonly string[] = eventNames): boolean {
  return [...names, ...OPERATIONAL_EVENTS].some((name) => covers(subscription, name))
}

export const eventNames: readonly string[] = EVENT_TYPES.map(({ name }) => name)
