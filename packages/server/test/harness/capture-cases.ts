const ANN = '0193f0a2-6c1b-7c3e-8f00-00000000000a'
const BOB = '0193f0a2-6c1b-7c3e-8f00-00000000000b'

type Row = Record<string, unknown>

/** A change, and what it emits: event types with their `previous`, or without. */
export interface CaptureCase {
  what: string
  table: string
  /** The row before the change; undefined: the change is its insert. */
  row?: Row
  /** Several: one after the other. */
  change: Row | Row[]
  emits: (string | [event: string, previous: Row])[]
}

export const outbound = (row: Row = {}): Row => ({ direction: 'outbound', ...row })
export const inbound = (row: Row = {}): Row => ({ direction: 'inbound', ...row })
const status = (...values: string[]): Row[] => values.map((value) => ({ status: value }))
const unassigned: Row = { assigned_to: null }

const CONTACTS_AND_DEALS: CaptureCase[] = (
  [
    ['contact', 'contacts', 'company'],
    ['deal', 'deals', 'title'],
  ] as const
).flatMap(([type, table, column]): CaptureCase[] => [
  { what: `${type}.created: an insert`, table, change: {}, emits: [`${type}.created`] },
  {
    what: `${type}.assigned: an insert with an owner`,
    table,
    change: { assigned_to: ANN },
    emits: [`${type}.created`, [`${type}.assigned`, unassigned]],
  },
  {
    what: `${type}.updated: a changed column, with its old value`,
    table,
    row: { [column]: 'Before' },
    change: { [column]: 'After' },
    emits: [[`${type}.updated`, { [column]: 'Before' }]],
  },
  {
    what: `${type}.updated: a column that becomes null, and one inside of JSON`,
    table,
    row: { [column]: 'Before', custom_fields: { a: 1 } },
    change: { [column]: null, custom_fields: { a: 2 } },
    emits: [[`${type}.updated`, { [column]: 'Before', custom_fields: { a: 1 } }]],
  },
  {
    what: `${table}: a change of nothing`,
    table,
    row: { [column]: 'x' },
    change: { [column]: 'x' },
    emits: [],
  },
  { what: `${table}: updated_at alone`, table, row: {}, change: { updated_at: '2020-01-01' }, emits: [] },
  {
    what: `${type}.assigned: a new owner, alone`,
    table,
    row: { assigned_to: ANN },
    change: { assigned_to: BOB },
    emits: [[`${type}.assigned`, { assigned_to: ANN }]],
  },
  {
    what: `${table}: the same owner again`,
    table,
    row: { assigned_to: ANN },
    change: { assigned_to: ANN },
    emits: [],
  },
  { what: `${table}: no owner any more`, table, row: { assigned_to: ANN }, change: unassigned, emits: [] },
  {
    what: `${table}: several events of one statement, each with all that changed`,
    table,
    row: { [column]: 'Before' },
    change: { [column]: 'After', assigned_to: ANN },
    emits: [
      [`${type}.updated`, { [column]: 'Before', assigned_to: null }],
      [`${type}.assigned`, { [column]: 'Before', assigned_to: null }],
    ],
  },
])

/** Every row of the table of events, and its near misses. */
export const CAPTURE_CASES: CaptureCase[] = [
  ...CONTACTS_AND_DEALS,
  {
    what: 'deal.stage.changed: another stage, alone',
    table: 'deals',
    row: { stage: 'New' },
    change: { stage: 'Won' },
    emits: [['deal.stage.changed', { stage: 'New' }]],
  },
  {
    what: 'deals: the same stage again',
    table: 'deals',
    row: { stage: 'Won' },
    change: { stage: 'Won' },
    emits: [],
  },
  {
    what: 'deals: all three at once, in order',
    table: 'deals',
    row: { stage: 'New', value: 1 },
    change: { stage: 'Won', value: 2.5, assigned_to: ANN },
    emits: (['deal.updated', 'deal.stage.changed', 'deal.assigned'] as const).map((event) => [
      event,
      { stage: 'New', value: 1, assigned_to: null },
    ]),
  },
  {
    what: 'conversation.created: an insert',
    table: 'conversations',
    change: {},
    emits: ['conversation.created'],
  },
  {
    what: 'conversation.assigned: an insert with an owner',
    table: 'conversations',
    change: { assigned_to: ANN },
    emits: ['conversation.created', ['conversation.assigned', unassigned]],
  },
  {
    what: 'conversation.assigned: a new owner',
    table: 'conversations',
    row: {},
    change: { assigned_to: ANN },
    emits: [['conversation.assigned', unassigned]],
  },
  {
    what: 'conversations: the same owner again, and none',
    table: 'conversations',
    row: { assigned_to: ANN },
    change: [{ assigned_to: ANN }, unassigned],
    emits: [],
  },
  {
    what: 'conversation.status.changed: another status, and back',
    table: 'conversations',
    row: {},
    change: status('closed', 'open'),
    emits: [
      ['conversation.status.changed', { status: 'open' }],
      ['conversation.status.changed', { status: 'closed' }],
    ],
  },
  {
    what: 'conversations: the same status again',
    table: 'conversations',
    row: {},
    change: status('open'),
    emits: [],
  },
  {
    what: 'conversations: another subject, for which there is no event',
    table: 'conversations',
    row: {},
    change: { subject: 'x', priority: 'high' },
    emits: [],
  },
  {
    what: 'conversations: both events of one statement',
    table: 'conversations',
    row: {},
    change: { status: 'pending', assigned_to: ANN },
    emits: [
      ['conversation.status.changed', { status: 'open', assigned_to: null }],
      ['conversation.assigned', { status: 'open', assigned_to: null }],
    ],
  },
  {
    what: 'message.received: an inbound insert',
    table: 'messages',
    change: inbound(),
    emits: ['message.received'],
  },
  {
    what: 'messages: a received one that is read, corrected, given a broadcast',
    table: 'messages',
    row: inbound(),
    change: [{ status: 'read' }, { body: 'x' }],
    emits: [],
  },
  { what: 'messages: a queued outbound insert', table: 'messages', change: outbound(), emits: [] },
  ...['sent', 'delivered', 'read', 'failed'].flatMap((reached): CaptureCase[] => [
    {
      what: `message.${reached}: an update`,
      table: 'messages',
      row: outbound(),
      change: status(reached),
      emits: [`message.${reached}`],
    },
    {
      what: `message.${reached}: an insert`,
      table: 'messages',
      change: outbound({ status: reached }),
      emits: [`message.${reached}`],
    },
    {
      what: `messages: ${reached} twice`,
      table: 'messages',
      row: outbound({ status: reached }),
      change: status(reached),
      emits: [],
    },
  ]),
  {
    what: 'messages: each status once, whichever way it goes',
    table: 'messages',
    row: outbound(),
    change: status(
      'sent',
      'delivered',
      'sent',
      'read',
      'delivered',
      'queued',
      'sent',
      'failed',
      'read',
      'failed',
    ),
    emits: ['message.sent', 'message.delivered', 'message.read', 'message.failed'],
  },
  {
    what: 'messages: the news that it was sent comes after the one that it was delivered',
    table: 'messages',
    row: outbound({ status: 'delivered' }),
    change: [{ sent_at: '2025-01-15T10:30:00Z' }, { sent_at: '2025-01-16T10:30:00Z' }],
    emits: ['message.sent'],
  },
  {
    what: 'messages: one sent elsewhere, with the times of its history',
    table: 'messages',
    change: outbound({
      status: 'read',
      sent_at: '2025-01-15T10:30:00Z',
      delivered_at: '2025-01-15T10:31:00Z',
    }),
    emits: ['message.read'],
  },
  { what: 'meetings: an insert without a recording', table: 'meetings', change: {}, emits: [] },
  {
    what: 'zoom.recording.completed: an update',
    table: 'meetings',
    row: { recording_status: 'processing' },
    change: { recording_status: 'completed', share_url: 'https://zoom.example.com/x' },
    emits: ['zoom.recording.completed'],
  },
  {
    what: 'zoom.recording.completed: an insert',
    table: 'meetings',
    change: { recording_status: 'completed' },
    emits: ['zoom.recording.completed'],
  },
  {
    what: 'meetings: completed again, and another title',
    table: 'meetings',
    row: { recording_status: 'completed' },
    change: [{ recording_status: 'completed' }, { title: 'x' }],
    emits: [],
  },
  {
    what: 'meetings: a recording that failed',
    table: 'meetings',
    row: { recording_status: 'processing' },
    change: { recording_status: 'failed' },
    emits: [],
  },
  {
    what: 'meetings: a recording that is not of Zoom',
    table: 'meetings',
    change: { recording_status: 'completed', provider: 'teams' },
    emits: [],
  },
  {
    what: 'broadcasts: an insert, for which there is no event',
    table: 'broadcasts',
    change: { name: 'x' },
    emits: [],
  },
]
