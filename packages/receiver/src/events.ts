// Written by `npm run generate` from packages/server/src/domain/event-types/: change it there.

/**
 * What ConnectGain sends, as types. Nothing here exists at run time.
 *
 * Times are ISO 8601 strings; ids are strings, UUIDs in the reference CRM. A record carries every column of its table, so the
 * columns that a CRM has beyond the ones named here arrive too, as `unknown`.
 */

interface CrmRecord {
  id: string
  organization_id: string
  created_at: string | null
  updated_at: string | null
  [column: string]: unknown
}

export interface Contact extends CrmRecord {
  first_name: string | null
  last_name: string | null
  email: string | null
  phone: string | null
  company: string | null
  tags: string[]
  /** Custom fields of the CRM. */
  custom_fields: Record<string, unknown>
  /** The assigned user. */
  assigned_to: string | null
}

export interface Deal extends CrmRecord {
  title: string | null
  contact_id: string | null
  pipeline: string
  stage: string
  /** In units of `currency`, with decimals: 1250.5. */
  value: number | null
  /** ISO 4217: `EUR`. */
  currency: string | null
  /** A date: `2025-01-31`. */
  expected_close_date: string | null
  /** Custom fields of the CRM. */
  custom_fields: Record<string, unknown>
  /** The assigned user. */
  assigned_to: string | null
}

export interface Conversation extends CrmRecord {
  contact_id: string | null
  channel: string
  subject: string | null
  /** `open`, `pending`, `resolved` or `closed` in the reference CRM. */
  status: string
  /** `low`, `normal`, `high` or `urgent` in the reference CRM. */
  priority: string | null
  /** Custom fields of the CRM. */
  custom_fields: Record<string, unknown>
  /** The assigned user. */
  assigned_to: string | null
}

export interface Message extends CrmRecord {
  conversation_id: string | null
  contact_id: string | null
  /** The broadcast that the message belongs to or, if inbound, replies to. */
  broadcast_id: string | null
  direction: 'inbound' | 'outbound'
  type: string
  body: string | null
  /** The attachment: `url`, `mime_type`, `filename` and `size`, as far as known. */
  media: Record<string, unknown>[]
  /** The status of the message: `sent`, `delivered`, `read`, `failed` or `received`. */
  status: string
  /** Why the message failed. */
  error: string | null
  /** The provider's id of the message. */
  external_id: string | null
  /** When the message was first known to be sent. */
  sent_at: string | null
  delivered_at: string | null
  read_at: string | null
  failed_at: string | null
}

export interface Meeting extends CrmRecord {
  contact_id: string | null
  title: string | null
  provider: string | null
  /** The provider's id of this one meeting. */
  external_id: string | null
  /** The number that people join with. */
  meeting_number: string | null
  host_email: string | null
  starts_at: string | null
  duration_minutes: number | null
  recording_status: string | null
  /** `id`, `type`, `url` and `size`, as far as known. */
  recording_files: Record<string, unknown>[]
  share_url: string | null
}

/** The part that every request body has. `timestamp` is when the event happened, not when it was sent. */
export interface WebhookBody<Name extends string = string, Data = Record<string, unknown>> {
  event: Name
  timestamp: string
  data: Data
}

/** `previous` holds the old values of the columns that changed, at least `Column`. */
interface Change<Name extends string, Data, Column extends keyof Data = never> extends WebhookBody<
  Name,
  Data
> {
  /** Always there when the CRM made the event; an event that was emitted through the API may lack it. */
  previous?: Pick<Data, Column> & Partial<Data>
}

/**
 * One of the seventeen event types, told apart by `event`.
 *
 * An event type of your own does not belong to this union, because a member whose `event` is any string would end
 * narrowing for all of them. Name it where you verify instead:
 *
 * @example
 * type InvoicePaid = WebhookBody<'invoice.paid', { amount: number }>
 * const event = await verifyWebhook<WebhookEvent | InvoicePaid>({ body, headers, secret })
 */
export type WebhookEvent =
  | WebhookBody<'contact.created', Contact>
  | Change<'contact.updated', Contact>
  | (Change<'contact.assigned', Contact, 'assigned_to'> & { data: { assigned_to: string } })
  | WebhookBody<'deal.created', Deal>
  | Change<'deal.updated', Deal>
  | Change<'deal.stage.changed', Deal, 'stage'>
  | (Change<'deal.assigned', Deal, 'assigned_to'> & { data: { assigned_to: string } })
  | WebhookBody<'conversation.created', Conversation>
  | (Change<'conversation.assigned', Conversation, 'assigned_to'> & { data: { assigned_to: string } })
  | Change<'conversation.status.changed', Conversation, 'status'>
  | WebhookBody<'message.received', Message & { direction: 'inbound' }>
  | WebhookBody<'message.sent', Message & { direction: 'outbound' }>
  | WebhookBody<'message.delivered', Message & { direction: 'outbound' }>
  | WebhookBody<'message.read', Message & { direction: 'outbound' }>
  | WebhookBody<'message.failed', Message & { direction: 'outbound' }>
  | WebhookBody<'broadcast.response', Message & { direction: 'inbound'; broadcast_id: string }>
  | WebhookBody<'zoom.recording.completed', Meeting & { recording_status: 'completed' }>

/** `'contact.created' | 'contact.updated' | …` */
export type WebhookEventType = WebhookEvent['event']

/** The event of one type: `WebhookEventOf<'deal.stage.changed'>`. */
export type WebhookEventOf<Type extends WebhookEventType> = Extract<WebhookEvent, { event: Type }>
