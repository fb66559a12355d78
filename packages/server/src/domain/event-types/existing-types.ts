import type { RecordName } from './records.ts'

/** The events that tell a receiver about a record that exists. */
export const EXISTING_TYPES = {
  contact: ['contact.created'],
  deal: ['deal.created'],
  conversation: ['conversation.created'],
  message: ['message.received', 'message.sent'],
  meeting: ['zoom.recording.completed'],
} as const satisfies Readonly<Record<RecordName, readonly string[]>>

export type ExistingType = (typeof EXISTING_TYPES)[RecordName][number]
