import { EXAMPLES } from './examples.ts'

export interface EventType {
  name: string
  category: string
  description: string
  /** A realistic `data`, used by the Test button and shown in the catalog. */
  example: Readonly<Record<string, unknown>>
  /** The example's `previous`, for a type that says what changed. */
  previous?: Readonly<Record<string, unknown>>
}

const UNASSIGNED = { assigned_to: null }

const { contact, deal, conversation, received, sent, meeting } = EXAMPLES

/** The seventeen events; this list is their only source. */
export const EVENT_TYPES: readonly EventType[] = [
  define('contact.created', 'New contact created', contact),
  define('contact.updated', 'Contact information updated', contact, { company: null }),
  define('contact.assigned', 'Contact assigned to a user', contact, UNASSIGNED),
  define('deal.created', 'New deal created', deal),
  define('deal.updated', 'Deal information updated', deal, { value: 900 }),
  define(
    'deal.stage.changed',
    'Deal moved to a different stage',
    { ...deal, stage: 'Won' },
    { stage: deal.stage },
  ),
  define('deal.assigned', 'Deal assigned to a user', deal, UNASSIGNED),
  define('conversation.created', 'New conversation started', conversation),
  define('conversation.assigned', 'Conversation assigned to a user', conversation, UNASSIGNED),
  define(
    'conversation.status.changed',
    'Conversation status changed',
    { ...conversation, status: 'closed' },
    { status: conversation.status },
  ),
  define('message.received', 'New message received', received),
  define('message.sent', 'Message sent successfully', sent),
  define('message.delivered', 'Sent message delivered to the recipient', { ...sent, status: 'delivered' }),
  define('message.read', 'Sent message read by the recipient', { ...sent, status: 'read' }),
  define('message.failed', 'Message failed to send', {
    ...sent,
    status: 'failed',
    error: 'recipient unreachable',
  }),
  define('broadcast.response', 'Contact replied to a broadcast message', {
    ...received,
    broadcast_id: '0193f0a2-6c1b-7c3e-8f00-000000000061',
  }),
  define('zoom.recording.completed', 'Zoom cloud recording finished processing', meeting),
]

function define(
  name: string,
  description: string,
  example: EventType['example'],
  previous?: EventType['previous'],
): EventType {
  const type = { name, category: name.slice(0, name.indexOf('.')), description, example }
  return previous === undefined ? type : { ...type, previous }
}

/** Whether a subscription (an exact name, `deal.*` or `*`) covers an event. */
export function covers(subscription: string, event: string): boolean {
  if (subscription === '*') return true
  return subscription.endsWith('.*') ? event.startsWith(subscription.slice(0, -1)) : subscription === event
}

/** Whether a subscription names at least one known event type. */
export function isKnownSubscription(subscription: string, names: readonly string[] = eventNames): boolean {
  return names.some((name) => covers(subscription, name))
}

export const eventNames: readonly string[] = EVENT_TYPES.map(({ name }) => name)
