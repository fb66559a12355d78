import type { RecordName } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { endsWith, isSame, singular, tableWords, wordsOf } from './words.ts'

/** Other names of the records' columns, the most telling first. Words, whatever the case and the separator. */
const NAMES: Readonly<Record<string, string>> = {
  first_name: 'first name, firstname, fname, given name, forename',
  last_name: 'last name, lastname, lname, surname, family name',
  full_name: 'full name, fullname, display name, name',
  email: 'email, mail, email address, primary email, work email, email from, e mail',
  phone:
    'phone, phone number, primary phone number, mobile, mobile phone, telephone, tel, cell, msisdn, whatsapp, whatsapp number',
  company: 'company, company name, organisation name, organization name, account name, employer',
  tags: 'tags, labels',
  custom_fields:
    'custom fields, custom attributes, custom, custom data, metadata, meta, properties, attributes, extra, extras, fields',
  assigned_to:
    'assigned to, assignee, assigned user, owner, responsible, account manager, sales, salesperson, sales rep, agent, assigned agent, user, rep, operator',
  title: 'title, name, subject, topic, summary',
  contact_id:
    'contact, customer, person, client, point of contact, primary contact, main contact, partner, lead, requester, subscriber, visitor, patient, guest, prospect',
  stage: 'stage, stage name, deal stage, status, state, phase, step',
  pipeline: 'pipeline, pipeline name, funnel',
  value:
    'value, amount, deal value, expected revenue, amount micros, amount cents, value cents, price, total, revenue, price cents, value minor, amount minor, worth',
  currency: 'currency, currency code, currency iso, ccy',
  expected_close_date:
    'expected close date, expected closing date, expected close, close date, closing date, date deadline, deadline, due date, close on, expected on',
  channel: 'channel, channel type, inbox, source, medium, via, message type, article type',
  subject: 'subject, title, topic, summary',
  status: 'status, state, conversation status, ticket status, delivery status',
  priority: 'priority, urgency, importance',
  conversation_id:
    'conversation, thread, ticket, chat, case, dialog, inquiry, enquiry, room, issue, message thread',
  broadcast_id: 'broadcast, campaign',
  direction: 'direction, message direction, way, flow',
  type: 'type, message type, content type, kind, media type, format',
  body: 'body, content, text, message, message text, body text, body html, body plain, plain text, html',
  media: 'media, attachments, files',
  error: 'error, error message, failure reason, error text, last error',
  external_id:
    'external id, provider message id, provider id, message external id, source id, message id, remote id, wamid, uid, message sid, sid',
  sent_at: 'sent at, sent, sent on, received at, date, sent date, date sent',
  delivered_at: 'delivered at, delivered, delivered on, date delivered',
  read_at: 'read at, seen at, opened at, read on, seen on, viewed at',
  failed_at: 'failed at, failed on, bounced at',
  host_email: 'host email, host, organizer email, organiser email',
  meeting_number: 'meeting number, zoom meeting, join number, meeting code',
  provider: 'provider, platform',
  starts_at: 'starts at, start at, start time, started at, start, scheduled at, begins at, start date',
  duration_minutes: 'duration minutes, duration, duration min, length minutes',
  recording_status: 'recording status, recording state',
  recording_files: 'recording files, recordings',
  share_url: 'share url, recording url, recording link',
  created_at:
    'created at, created, created on, created time, inserted at, create date, date created, created date, creation date, date entered, first seen',
  updated_at:
    'updated at, updated, updated on, updated time, modified at, modified, modified on, write date, date modified, last modified, date updated, changed at',
  sender: 'sender, sender type, author, author type, from',
}
const NAMES_OF: ReadonlyMap<string, readonly string[][]> = new Map(
  Object.entries(NAMES).map(([field, names]) => [
    field,
    names.split(', ').map((name) => name.split(' ').map(singular)),
  ]),
)
/** Endings that say how a value is stored, not what it is. */
const STORAGE = /^(id|uuid|guid|json|jsonb|fk|ref)$/

export interface Likeness {
  column: CrmColumn
  /** From 0 to 1. */
  likeness: number
}

/** The words of a column, without the name of its table; then also without how it is stored. */
function columnWords(column: CrmColumn, table: CrmTable): string[][] {
  const noun = tableWords(table.name)
  const whole = withoutNoun(wordsOf(column.name).map(singular), noun)
  const stem = [...whole]
  while (stem.length > 1 && STORAGE.test(stem.at(-1)!)) stem.pop()
  return stem.length === whole.length ? [whole] : [whole, stem]
}

function withoutNoun(words: readonly string[], noun: readonly string[]): string[] {
  for (const start of [noun, noun.slice(-1)]) {
    const rest = words.slice(start.length)
    if (rest.length > 0 && !STORAGE.test(rest[0]!) && start.every((word, index) => words[index] === word))
      return rest
  }
  return [...words]
}

/** Columns whose name says that they hold a field, the most alike first. */
export function findColumnsLike(field: string, table: CrmTable): Likeness[] {
  const names = NAMES_OF.get(field) ?? [field.split('_')]
  return table.columns
    .map((column) => ({
      column,
      likeness: Math.max(...columnWords(column, table).map((words) => likenessOf(words, names))),
    }))
    .filter(({ likeness }) => likeness > 0)
    .sort((one, other) => other.likeness - one.likeness)
}

function likenessOf(words: readonly string[], names: readonly (readonly string[])[]): number {
  const exact = names.findIndex((name) => isSame(words, name))
  if (exact !== -1) return 0.98 - exact * 0.02
  // Composite fields in columns of their own: `emailsPrimaryEmail`, `amountCurrencyCode`.
  const end = names.findIndex((name) => name.length > 1 && endsWith(words, name))
  return end === -1 ? 0 : 0.85 - end * 0.01
}

/** Whether a table has such a column. Texts without a type of their own are told apart later. */
export function hasColumnLike(record: RecordName, field: string, table: CrmTable): boolean {
  const found = findColumnsLike(field, table)
  return record === 'message' && field === 'body'
    ? found.some(({ column }) => /^(text|character varying|jsonb?)$/.test(column.type))
    : found.length > 0
}
