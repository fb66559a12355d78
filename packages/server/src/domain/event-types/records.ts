/** The kinds of records that `data` can hold. */
export const RECORD_NAMES = ['contact', 'deal', 'conversation', 'message', 'meeting'] as const
export type RecordName = (typeof RECORD_NAMES)[number]

/** The JSON form of a column's values. `objects` and `texts` are lists. */
export type ColumnKind =
  | 'id'
  | 'organization'
  | 'text'
  | 'time'
  | 'date'
  | 'number'
  | 'integer'
  | 'object'
  | 'objects'
  | 'texts'

export interface RecordColumn {
  kind: ColumnKind
  isNullable: boolean
  /** All possible values. */
  values?: readonly string[]
  description?: string
  /** The value in events of a CRM without this column; default: null, or empty. */
  absent?: string
  example: unknown
}

export type RecordColumns = Readonly<Record<string, RecordColumn>>

const AT = '2025-01-15T10:30:00+00:00'
const USER = '0193f0a2-6c1b-7c3e-8f00-000000000002'
const CONTACT = '0193f0a2-6c1b-7c3e-8f00-000000000011'
const CONVERSATION = '0193f0a2-6c1b-7c3e-8f00-000000000031'

const always = (kind: ColumnKind, example: unknown, description?: string): RecordColumn => ({
  kind,
  isNullable: false,
  example,
  ...(description === undefined ? {} : { description }),
})
const maybe = (kind: ColumnKind, example: unknown, description?: string): RecordColumn => ({
  ...always(kind, example, description),
  isNullable: true,
})

const assignedTo = maybe('id', USER, 'The assigned user.')
const contactId = maybe('id', CONTACT)
const customFields = always('object', {}, 'Custom fields of the CRM.')

/** The last columns of every record. */
const common: RecordColumns = {
  organization_id: always('organization', '0193f0a2-6c1b-7c3e-8f00-000000000001'),
  created_at: maybe('time', AT),
  updated_at: maybe('time', AT),
}

/**
 * The columns of each record, in the order of the reference CRM's tables: the single source of the JSON Schemas, the receivers'
 * types, the documentation, and the names that another CRM's columns are mapped to.
 */
export const RECORD_COLUMNS: Readonly<Record<RecordName, RecordColumns>> = {
  contact: {
    id: always('id', CONTACT),
    first_name: maybe('text', 'John'),
    last_name: maybe('text', 'Doe'),
    email: maybe('text', 'john.doe@example.com'),
    phone: maybe('text', '+15550100'),
    company: maybe('text', 'Example Ltd'),
    tags: always('texts', ['newsletter']),
    custom_fields: { ...customFields, example: { plan: 'pro' } },
    assigned_to: assignedTo,
    ...common,
  },
  deal: {
    id: always('id', '0193f0a2-6c1b-7c3e-8f00-000000000021'),
    title: maybe('text', 'Annual plan'),
    contact_id: contactId,
    pipeline: { ...always('text', 'default'), absent: 'default' },
    stage: always('text', 'Negotiation'),
    value: maybe('number', 1200, 'In units of `currency`, with decimals: 1250.5.'),
    currency: maybe('text', 'USD', 'ISO 4217: `EUR`.'),
    expected_close_date: maybe('date', '2025-02-28', 'A date: `2025-01-31`.'),
    custom_fields: customFields,
    assigned_to: assignedTo,
    ...common,
  },
  conversation: {
    id: always('id', CONVERSATION),
    contact_id: contactId,
    channel: { ...always('text', 'whatsapp'), absent: 'unknown' },
    subject: maybe('text', 'Question about the invoice'),
    status: always('text', 'open', '`open`, `pending`, `resolved` or `closed` in the reference CRM.'),
    priority: maybe('text', 'normal', '`low`, `normal`, `high` or `urgent` in the reference CRM.'),
    custom_fields: customFields,
    assigned_to: assignedTo,
    ...common,
  },
  message: {
    id: always('id', '0193f0a2-6c1b-7c3e-8f00-000000000041'),
    conversation_id: maybe('id', CONVERSATION),
    contact_id: contactId,
    broadcast_id: maybe('id', null, 'The broadcast that the message belongs to or, if inbound, replies to.'),
    direction: { ...always('text', 'outbound'), values: ['inbound', 'outbound'] },
    type: { ...always('text', 'text'), absent: 'text' },
    body: maybe('text', 'It is, until Friday.'),
    media: always(
      'objects',
      [],
      'The attachment: `url`, `mime_type`, `filename` and `size`, as far as known.',
    ),
    status: always(
      'text',
      'sent',
      'The status of the message: `sent`, `delivered`, `read`, `failed` or `received`.',
    ),
    error: maybe('text', null, 'Why the message failed.'),
    external_id: maybe('text', 'wamid.0001', "The provider's id of the message."),
    sent_at: maybe('time', AT, 'When the message was first known to be sent.'),
    delivered_at: maybe('time', null),
    read_at: maybe('time', null),
    failed_at: maybe('time', null),
    ...common,
  },
  meeting: {
    id: always('id', '0193f0a2-6c1b-7c3e-8f00-000000000051'),
    contact_id: contactId,
    title: maybe('text', 'Onboarding call'),
    provider: maybe('text', 'zoom'),
    external_id: maybe('text', '4444AAAiAAAAAiAiAiiAii==', "The provider's id of this one meeting."),
    meeting_number: maybe('text', '85412345678', 'The number that people join with.'),
    host_email: maybe('text', 'host@example.com'),
    starts_at: maybe('time', '2025-01-15T09:45:00+00:00'),
    duration_minutes: maybe('integer', 42),
    recording_status: maybe('text', 'completed'),
    recording_files: always(
      'objects',
      [{ id: '0001', type: 'MP4', url: 'https://zoom.example.com/rec/0001', size: 1_048_576 }],
      '`id`, `type`, `url` and `size`, as far as known.',
    ),
    share_url: maybe('text', 'https://zoom.example.com/share/0001'),
    ...common,
  },
}

/** An example of each record, as `data` carries it. */
export function exampleOf(record: RecordName): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(RECORD_COLUMNS[record]).map(([name, { example }]) => [name, example]),
  )
}
