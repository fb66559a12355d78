import type { EventType } from './types.ts'

/** The most likely choices come first; the operator's own event types come last. */
const FIRST = [
  'contact.created',
  'contact.updated',
  'contact.assigned',
  'deal.created',
  'deal.updated',
  'deal.stage.changed',
  'deal.assigned',
  'conversation.created',
  'conversation.status.changed',
  'conversation.assigned',
  'message.received',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.failed',
  'broadcast.response',
  'zoom.recording.completed',
]

const rank = ({ name }: EventType): number => {
  const at = FIRST.indexOf(name)
  return at < 0 ? FIRST.length : at
}

export const inOrder = (types: readonly EventType[]): EventType[] =>
  types.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
