/**
 * What ConnectGain sends, as types. Nothing here exists at run time.
 *
 * Times are ISO 8601 strings, ids are UUID strings. A record carries every column of its table, so the columns that a
 * CRM has beyond the ones named here arrive too, as `unknown`.
 */

interface CrmRecord {
  id: string
  organization_id: string
  created_at: string
  updated_at: string
  [column: string]: unknown
}

export interface Contact extends CrmRecord {
  first_name: string | null
  last_name: string | null
  email: string | null
  phone: string | null
  company: string | null
  tags: string[]
  custom_fields: Record<string, unknown>
  /** The id of the user that the contact is assigned to. */
  assigned_to: string | null
}

export interface Deal extends CrmRecord {
  contact_id: string | null
  title: string | null
  pipeline: string
  stage: string
  /** In units of `currency`, with its decimals: 1250.5. */
  value: number | null
  /** ISO 4217: `EUR`. */
  currency: string | null
  /** A day: `2025-01-31`. */
  expected_close_date: string | null
  custom_fields: Record<string, unknown>
  assigned_to: string | null
}

export interface Conversation extends CrmRecord {
  contact_id: string | null
  channel: string
  subject: string | null
  status: string
  priority: string | null
  assigned_to: string | null
}

export interface Message extends CrmRecord {
  conversation_id: string | null
  contact_id: string | null
  /** Set on a message that belongs to a broadcast or answers one. */
  broadcast_id: string | null
  direction: 'inbound' | 'outbound'
  type: string
  body: string | null
  media_url: string | null
  status: string
  /** Why the message failed. */
  error: string | null
  /** The id that the channel's provider gave the message. */
  external_id: string | null
}

export interface Meeting extends CrmRecord {
  contact_id: string | null
  title: string | null
  recording_status: string | null
  recording_files: unknown[]
  duration_minutes: number | null
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
  | Change<'contact.assigned', Contact, 'assigned_to'>
  | WebhookBody<'deal.created', Deal>
  | Change<'deal.updated', Deal>
  | Change<'deal.assigned', Deal, 'assigned_to'>
  | Change<'deal.stage.changed', Deal, 'stage'>
  | WebhookBody<'conversation.created', Conversation>
  | Change<'conversation.assigned', Conversation, 'assigned_to'>
  | Change<'conversation.status.changed', Conversation, 'status'>
  | WebhookBody<'message.received', Message>
  | WebhookBody<'message.sent', Message>
  | WebhookBody<'message.delivered', Message>
  | WebhookBody<'message.read', Message>
  | WebhookBody<'message.failed', Message>
  | WebhookBody<'broadcast.response', Message>
  | WebhookBody<'zoom.recording.completed', Meeting>

/** `'contact.created' | 'contact.updated' | …` */
export type WebhookEventType = WebhookEvent['event']

/** The event of one type: `WebhookEventOf<'deal.stage.changed'>`. */
export type WebhookEventOf<Type extends WebhookEventType> = Extract<WebhookEvent, { event: Type }>
