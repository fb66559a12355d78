import type { ChatMessage, Fact } from './chat-message.ts'
import { shorten, toLine } from './chat-text.ts'

type Fields = Readonly<Record<string, unknown>>

interface Body {
  event: string
  timestamp: string
  data: Fields
  previous: Fields
}

const MAX_TITLE = 200
const MAX_VALUE = 300
const MAX_QUOTE = 2_000
const MAX_FACTS = 10
const MAX_URL = 2_000

/** Columns that mean nothing to a reader. */
const SILENT = /^(id|organization_id|created_at|updated_at|custom_fields)$|_id$/

interface Description {
  title(body: Body): string
  /** Columns to show, by label. */
  shows?: Readonly<Record<string, string>>
  quote?: string
  /** Whether it lists what changed. */
  changes?: true
}

const CONTACT = { Company: 'company', Email: 'email', Phone: 'phone' }
const DEAL = { Stage: 'stage', Pipeline: 'pipeline' }
const CONVERSATION = { Channel: 'channel', Priority: 'priority', Status: 'status' }

const named = (verb: string, name: (data: Fields) => string) => (body: Body) => `${verb}: ${name(body.data)}`

/** What each event type says. Types that are not listed, such as a CRM's own, say their name and their simple fields. */
const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  'contact.created': { title: named('New contact', personOf), shows: CONTACT },
  'contact.updated': { title: named('Contact updated', personOf), changes: true },
  'contact.assigned': { title: named('Contact assigned', personOf), shows: { 'Assigned to': 'assigned_to' } },
  'contact.deleted': { title: named('Contact deleted', personOf) },
  'deal.created': { title: named('New deal', titleOf), shows: DEAL },
  'deal.updated': { title: named('Deal updated', titleOf), shows: DEAL, changes: true },
  'deal.stage.changed': {
    title: ({ data }) => `Deal moved to ${text(data['stage']) || 'another stage'}: ${titleOf(data)}`,
    shows: { Pipeline: 'pipeline' },
    changes: true,
  },
  'deal.assigned': {
    title: named('Deal assigned', titleOf),
    shows: { 'Assigned to': 'assigned_to', Stage: 'stage' },
  },
  'deal.deleted': { title: named('Deal deleted', titleOf) },
  'conversation.created': { title: named('New conversation', subjectOf), shows: CONVERSATION },
  'conversation.assigned': {
    title: named('Conversation assigned', subjectOf),
    shows: { 'Assigned to': 'assigned_to', Channel: 'channel' },
  },
  'conversation.status.changed': {
    title: ({ data }) => `Conversation is ${text(data['status']) || 'changed'}: ${subjectOf(data)}`,
    shows: { Channel: 'channel' },
    changes: true,
  },
  'conversation.deleted': { title: named('Conversation deleted', subjectOf) },
  'message.received': { title: () => 'Message received', quote: 'body', shows: { Type: 'type' } },
  'message.sent': { title: () => 'Message sent', quote: 'body', shows: { Type: 'type' } },
  'message.delivered': { title: () => 'Message delivered', quote: 'body' },
  'message.read': { title: () => 'Message read', quote: 'body' },
  'message.failed': { title: () => 'Message failed to send', quote: 'body', shows: { Error: 'error' } },
  'message.deleted': { title: () => 'Message deleted', quote: 'body' },
  'broadcast.response': { title: () => 'Reply to a broadcast', quote: 'body', shows: { Type: 'type' } },
  'zoom.recording.completed': {
    title: named('Recording is ready', titleOf),
    shows: { Host: 'host_email', Minutes: 'duration_minutes' },
  },
}

/** Says in words what an event is about. Fields that the webhook cuts are left out. */
export function describeEvent(bodyText: string): ChatMessage {
  const body = readBody(bodyText)
  const { event, timestamp, data } = body
  const description = DESCRIPTIONS[event]
  const quote = description?.quote === undefined ? undefined : text(data[description.quote])
  return {
    title: shorten(toLine(description?.title(body) ?? event), MAX_TITLE),
    quote: quote === undefined || quote.trim() === '' ? undefined : shorten(quote, MAX_QUOTE),
    facts: (description === undefined ? fieldsOf(data) : factsOf(description, body)).slice(0, MAX_FACTS),
    link: linkOf(data),
    event,
    timestamp,
  }
}

function readBody(bodyText: string): Body {
  const { event, timestamp, data, previous } = JSON.parse(bodyText) as Record<string, unknown>
  return { event: text(event), timestamp: text(timestamp), data: fields(data), previous: fields(previous) }
}

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

function factsOf({ shows = {}, changes }: Description, { data, previous }: Body): Fact[] {
  const changed = changes === undefined ? [] : changesOf(data, previous)
  const shown = Object.entries(shows)
    .filter(([, column]) => !(changes && Object.hasOwn(previous, column)))
    .flatMap(([label, column]) => fact(label, text(data[column])))
  const value = amountOf(data)
  const amount = value === undefined || Object.hasOwn(previous, 'value') ? [] : fact('Value', value)
  return [...changed, ...('pipeline' in data ? amount : []), ...shown, ...attachmentsOf(data)]
}

function changesOf(data: Fields, previous: Fields): Fact[] {
  return Object.keys(previous)
    .filter((column) => !SILENT.test(column) && Object.hasOwn(data, column))
    .flatMap((column) => {
      const [before, after] = [text(previous[column]), text(data[column])]
      return fact(labelOf(column), `${shown(before)} → ${shown(after)}`)
    })
}

const shown = (value: string): string => (value === '' ? '(none)' : shorten(toLine(value), MAX_VALUE / 2 - 3))

function fieldsOf(data: Fields): Fact[] {
  return Object.entries(data)
    .filter(([column]) => !SILENT.test(column))
    .flatMap(([column, value]) => (typeof value === 'object' ? [] : fact(labelOf(column), text(value))))
}

function attachmentsOf({ media }: Fields): Fact[] {
  if (!Array.isArray(media) || media.length === 0) return []
  const names = media.map((one) => text(fields(one)['filename']) || 'a file')
  return fact('Attachments', names.join(', '))
}

function fact(label: string, value: string): Fact[] {
  const line = toLine(value)
  return line === '' || toLine(label) === ''
    ? []
    : [{ label: shorten(toLine(label), 60), value: shorten(line, MAX_VALUE) }]
}

/** `assigned_to` is “Assigned to”. */
function labelOf(column: string): string {
  const words = column.replaceAll('_', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(text).filter(Boolean).join(', ')
  return value === null || value === undefined ? '' : JSON.stringify(value)
}

function personOf(data: Fields): string {
  const name = [text(data['first_name']), text(data['last_name'])].filter(Boolean).join(' ')
  return name || text(data['email']) || text(data['phone']) || text(data['company']) || idOf(data)
}

function titleOf(data: Fields): string {
  return text(data['title']) || idOf(data)
}

function subjectOf(data: Fields): string {
  return text(data['subject']) || idOf(data)
}

function idOf(data: Fields): string {
  return text(data['id']) || 'without a name'
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

function amountOf({ value, currency }: Fields): string | undefined {
  if (typeof value !== 'number') return undefined
  return `${numbers.format(value)} ${text(currency)}`.trim()
}

/** Of a recording. Others have no page that this server knows. */
function linkOf({ share_url: url }: Fields): ChatMessage['link'] {
  if (typeof url !== 'string' || url.length > MAX_URL || !URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  return protocol === 'https:' && href.length <= MAX_URL ? { label: 'Open recording', url: href } : undefined
}
