const ANN = '0193f0a2-6c1b-7c3e-8f00-00000000000a'
const BOB = '0193f0a2-6c1b-7c3e-8f00-00000000000b'

type Row = Record<string, unknown>

/** A change and the events that it emits: event types, with their `previous` if they have one. */
export interface CaptureCase {
  title: string
  table: string
  /** The row before the change; undefined if the change is an insert. */
  row?: Row
  /** If there are several, they run one after the other. */
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
  { title: `an insert into ${table} emits ${type}.created`, table, change: {}, emits: [`${type}.created`] },
  {
    title: `an insert into ${table} with an owner also emits ${type}.assigned`,
    table,
    change: { assigned_to: ANN },
    emits: [`${type}.created`, [`${type}.assigned`, unassigned]],
  },
  {
    title: `a changed column of ${table} emits ${type}.updated with its old value`,
    table,
    row: { [column]: 'Before' },
    change: { [column]: 'After' },
    emits: [[`${type}.updated`, { [column]: 'Before' }]],
  },
  {
    title: `a column of ${table} set to null and a change inside JSON emit ${type}.updated`,
    table,
    row: { [column]: 'Before', custom_fields: { a: 1 } },
    change: { [column]: null, custom_fields: { a: 2 } },
    emits: [[`${type}.updated`, { [column]: 'Before', custom_fields: { a: 1 } }]],
  },
  {
    title: `an update of ${table} that changes no value emits nothing`,
    table,
    row: { [column]: 'x' },
    change: { [column]: 'x' },
    emits: [],
  },
  {
    title: `a change of only updated_at in ${table} emits nothing`,
    table,
    row: {},
    change: { updated_at: '2020-01-01' },
    emits: [],
  },
  {
    title: `a change of only the owner in ${table} emits only ${type}.assigned`,
    table,
    row: { assigned_to: ANN },
    change: { assigned_to: BOB },
    emits: [[`${type}.assigned`, { assigned_to: ANN }]],
  },
  {
    title: `an update of ${table} with the same owner emits nothing`,
    table,
    row: { assigned_to: ANN },
    change: { assigned_to: ANN },
    emits: [],
  },
  {
    title: `removing the owner in ${table} emits nothing`,
    table,
    row: { assigned_to: ANN },
    change: unassigned,
    emits: [],
  },
  {
    title: `several events of one update of ${table} all have all old values`,
    table,
    row: { [column]: 'Before' },
    change: { [column]: 'After', assigned_to: ANN },
    emits: [
      [`${type}.updated`, { [column]: 'Before', assigned_to: null }],
      [`${type}.assigned`, { [column]: 'Before', assigned_to: null }],
    ],
  },
])

/** Changes that emit each of the captured event types, and similar changes that emit nothing. */
export const CAPTURE_CASES: CaptureCase[] = [
  ...CONTACTS_AND_DEALS,
  {
    title: 'a change of only the stage emits only deal.stage.changed',
    table: 'deals',
    row: { stage: 'New' },
    change: { stage: 'Won' },
    emits: [['deal.stage.changed', { stage: 'New' }]],
  },
  {
    title: 'an update of a deal with the same stage emits nothing',
    table: 'deals',
    row: { stage: 'Won' },
    change: { stage: 'Won' },
    emits: [],
  },
  {
    title: 'an update of a deal can emit all three events, in order',
    table: 'deals',
    row: { stage: 'New', value: 1 },
    change: { stage: 'Won', value: 2.5, assigned_to: ANN },
    emits: (['deal.updated', 'deal.stage.changed', 'deal.assigned'] as const).map((event) => [
      event,
      { stage: 'New', value: 1, assigned_to: null },
    ]),
  },
  {
    title: 'an insert into conversations emits conversation.created',
    table: 'conversations',
    change: {},
    emits: ['conversation.created'],
  },
  {
    title: 'an insert into conversations with an owner also emits conversation.assigned',
    table: 'conversations',
    change: { assigned_to: ANN },
    emits: ['conversation.created', ['conversation.assigned', unassigned]],
  },
  {
    title: 'a new owner of a conversation emits conversation.assigned',
    table: 'conversations',
    row: {},
    change: { assigned_to: ANN },
    emits: [['conversation.assigned', unassigned]],
  },
  {
    title: 'an update of a conversation with the same owner or with none emits nothing',
    table: 'conversations',
    row: { assigned_to: ANN },
    change: [{ assigned_to: ANN }, unassigned],
    emits: [],
  },
  {
    title: 'every change of the status of a conversation emits conversation.status.changed',
    table: 'conversations',
    row: {},
    change: status('closed', 'open'),
    emits: [
      ['conversation.status.changed', { status: 'open' }],
      ['conversation.status.changed', { status: 'closed' }],
    ],
  },
  {
    title: 'an update of a conversation with the same status emits nothing',
    table: 'conversations',
    row: {},
    change: status('open'),
    emits: [],
  },
  {
    title: 'a change of the subject or priority of a conversation emits nothing',
    table: 'conversations',
    row: {},
    change: { subject: 'x', priority: 'high' },
    emits: [],
  },
  {
    title: 'an update of a conversation can emit both events',
    table: 'conversations',
    row: {},
    change: { status: 'pending', assigned_to: ANN },
    emits: [
      ['conversation.status.changed', { status: 'open', assigned_to: null }],
      ['conversation.assigned', { status: 'open', assigned_to: null }],
    ],
  },
  {
    title: 'an insert of an inbound message emits message.received',
    table: 'messages',
    change: inbound(),
    emits: ['message.received'],
  },
  {
    title: 'updates of an inbound message emit nothing',
    table: 'messages',
    row: inbound(),
    change: [{ status: 'read' }, { body: 'x' }],
    emits: [],
  },
  { title: 'a queued outbound message emits nothing', table: 'messages', change: outbound(), emits: [] },
  ...['sent', 'delivered', 'read', 'failed'].flatMap((reached): CaptureCase[] => [
    {
      title: `an update of a message to ${reached} emits message.${reached}`,
      table: 'messages',
      row: outbound(),
      change: status(reached),
      emits: [`message.${reached}`],
    },
    {
      title: `an insert of a message with the status ${reached} emits message.${reached}`,
      table: 'messages',
      change: outbound({ status: reached }),
      emits: [`message.${reached}`],
    },
    {
      title: `an update of a message to ${reached} for the second time emits nothing`,
      table: 'messages',
      row: outbound({ status: reached }),
      change: status(reached),
      emits: [],
    },
  ]),
  {
    title: 'a message emits each status once, in whatever order its status changes',
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
    title: 'a message that is delivered first emits message.sent once, when its sent_at is set',
    table: 'messages',
    row: outbound({ status: 'delivered' }),
    change: [{ sent_at: '2025-01-15T10:30:00Z' }, { sent_at: '2025-01-16T10:30:00Z' }],
    emits: ['message.sent'],
  },
  {
    title: 'an insert of a message with times of earlier statuses emits only its current status',
    table: 'messages',
    change: outbound({
      status: 'read',
      sent_at: '2025-01-15T10:30:00Z',
      delivered_at: '2025-01-15T10:31:00Z',
    }),
    emits: ['message.read'],
  },
  {
    title: 'an insert of a meeting without a recording emits nothing',
    table: 'meetings',
    change: {},
    emits: [],
  },
  {
    title: 'an update of a meeting to a completed recording emits zoom.recording.completed',
    table: 'meetings',
    row: { recording_status: 'processing' },
    change: { recording_status: 'completed', share_url: 'https://zoom.example.com/x' },
    emits: ['zoom.recording.completed'],
  },
  {
    title: 'an insert of a meeting with a completed recording emits zoom.recording.completed',
    table: 'meetings',
    change: { recording_status: 'completed' },
    emits: ['zoom.recording.completed'],
  },
  {
    title: 'further updates of a meeting with a completed recording emit nothing',
    table: 'meetings',
    row: { recording_status: 'completed' },
    change: [{ recording_status: 'completed' }, { title: 'x' }],
    emits: [],
  },
  {
    title: 'a failed recording of a meeting emits nothing',
    table: 'meetings',
    row: { recording_status: 'processing' },
    change: { recording_status: 'failed' },
    emits: [],
  },
  {
    title: 'a completed recording that is not from Zoom emits nothing',
    table: 'meetings',
    change: { recording_status: 'completed', provider: 'teams' },
    emits: [],
  },
  { title: 'an insert of a broadcast emits nothing', table: 'broadcasts', change: { name: 'x' }, emits: [] },
]
