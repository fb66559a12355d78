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
  define('contact.created', 'New contact created', 'contact'),
  define('contact.updated', 'Contact information updated', 'contact', { previous: { company: null } }),
  define('contact.assigned', 'Contact assigned to a user', 'contact', ASSIGNED),
  define('deal.created', 'New deal created', 'deal'),
  define('deal.updated', 'Deal information updated', 'deal', { previous: { value: 900 } }),
  define('deal.stage.changed', 'Deal moved to a different stage', 'deal', {
    example: { stage: 'Won' },
    previous: { stage: 'Negotiation' },
    changes: ['stage'],
  }),
  define('deal.assigned', 'Deal assigned to a user', 'deal', ASSIGNED),
  define('conversation.created', 'New conversation started', 'conversation'),
  define('conversation.assigned', 'Conversation assigned to a user', 'conversation', ASSIGNED),
  define('conversation.status.changed', 'Conversation status changed', 'conversation', {
    example: { status: 'closed' },
    previous: { status: 'open' },
    changes: ['status'],
  }),
  define('message.received', 'New message received', 'message', { narrows: INBOUND, example: RECEIVED }),
  define('message.sent', 'Message sent successfully', 'message', OUTBOUND),
  define('message.delivered', 'Sent message delivered to the recipient', 'message', {
    ...OUTBOUND,
    example: { status: 'delivered', delivered_at: LATER },
  }),
  define('message.read', 'Sent message read by the recipient', 'message', {
    ...OUTBOUND,
    example: { status: 'read', delivered_at: LATER, read_at: LATER },
  }),
  define('message.failed', 'Message failed to send', 'message', {
    ...OUTBOUND,
    example: { status: 'failed', error: 'recipient unreachable', sent_at: null, failed_at: LATER },
  }),
  define('broadcast.response', 'Contact replied to a broadcast message', 'message', {
    narrows: { ...INBOUND, broadcast_id: 'set' },
    example: { ...RECEIVED, broadcast_id: '0193f0a2-6c1b-7c3e-8f00-000000000061' },
  }),
  define('zoom.recording.completed', 'Zoom cloud recording finished processing', 'meeting', {
    narrows: { recording_status: { value: 'completed' } },
  }),
]

function define(
  name: string,
  description: string,
  record: RecordName,
  { narrows = {}, example = {}, previous, changes = [] }: More = {},
): EventType {
  return {
    name,
    category: categoryOf(name),
    description,
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
