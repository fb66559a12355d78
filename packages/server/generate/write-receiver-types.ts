import type { EventType, Narrowed } from '../src/domain/event-types/event-types.ts'
import { EVENT_TYPES } from '../src/domain/event-types/event-types.ts'
import type { ColumnKind, RecordColumn, RecordName } from '../src/domain/event-types/records.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../src/domain/event-types/records.ts'

const KINDS: Readonly<Record<ColumnKind, string>> = {
  id: 'string',
  organization: 'string',
  text: 'string',
  time: 'string',
  date: 'string',
  number: 'number',
  integer: 'number',
  object: 'Record<string, unknown>',
  objects: 'Record<string, unknown>[]',
  texts: 'string[]',
}

const COMMON = ['id', 'organization_id', 'created_at', 'updated_at']

const typeNameOf = (record: RecordName): string => record.charAt(0).toUpperCase() + record.slice(1)

/** The whole of packages/receiver/src/events.ts. */
export function writeReceiverTypes(): string {
  return `// Written by \`npm run generate\` from packages/server/src/domain/event-types/: change it there.

/**
 * What ConnectGain sends, as types. Nothing here exists at run time.
 *
 * Times are ISO 8601 strings; ids are strings, UUIDs in the reference CRM. A record carries every column of its table, so the
 * columns that a CRM has beyond the ones named here arrive too, as \`unknown\`.
 */

interface CrmRecord {
${writeColumns(COMMON.map((name) => [name, RECORD_COLUMNS.contact[name]!]))}
  [column: string]: unknown
}

${RECORD_NAMES.map(writeRecord).join('\n\n')}

/** The part that every request body has. \`timestamp\` is when the event happened, not when it was sent. */
export interface WebhookBody<Name extends string = string, Data = Record<string, unknown>> {
  event: Name
  timestamp: string
  data: Data
}

/** \`previous\` holds the old values of the columns that changed, at least \`Column\`. */
interface Change<Name extends string, Data, Column extends keyof Data = never> extends WebhookBody<
  Name,
  Data
> {
  /** Always there when the CRM made the event; an event that was emitted through the API may lack it. */
  previous?: Pick<Data, Column> & Partial<Data>
}

/**
 * One of the seventeen event types, told apart by \`event\`.
 *
 * An event type of your own does not belong to this union, because a member whose \`event\` is any string would end
 * narrowing for all of them. Name it where you verify instead:
 *
 * @example
 * type InvoicePaid = WebhookBody<'invoice.paid', { amount: number }>
 * const event = await verifyWebhook<WebhookEvent | InvoicePaid>({ body, headers, secret })
 */
export type WebhookEvent =
${EVENT_TYPES.map((type) => `  | ${writeEvent(type)}`).join('\n')}

/** \`'contact.created' | 'contact.updated' | …\` */
export type WebhookEventType = WebhookEvent['event']

/** The event of one type: \`WebhookEventOf<'deal.stage.changed'>\`. */
export type WebhookEventOf<Type extends WebhookEventType> = Extract<WebhookEvent, { event: Type }>
`
}

function writeRecord(record: RecordName): string {
  const columns = Object.entries(RECORD_COLUMNS[record]).filter(([name]) => !COMMON.includes(name))
  return `export interface ${typeNameOf(record)} extends CrmRecord {\n${writeColumns(columns)}\n}`
}

function writeColumns(columns: readonly (readonly [string, RecordColumn])[]): string {
  return columns
    .map(([name, { kind, isNullable, values, description }]) => {
      const type = values?.map((value) => `'${value}'`).join(' | ') ?? KINDS[kind]
      const said = description === undefined ? '' : `  /** ${description} */\n`
      return `${said}  ${name}: ${type}${isNullable ? ' | null' : ''}`
    })
    .join('\n')
}

function writeEvent({ name, record, narrows, previous, changes }: EventType): string {
  const own = Object.entries(narrows).map(([column, how]) => `${column}: ${writeNarrowed(how)}`)
  const data = typeNameOf(record)
  const narrowed = own.length === 0 ? data : `${data} & { ${own.join('; ')} }`
  if (previous === undefined) return `WebhookBody<'${name}', ${narrowed}>`
  const columns = changes.map((column) => `'${column}'`).join(' | ')
  // What it was before is not what it has become: the old values are those of any record.
  return own.length === 0
    ? `Change<'${name}', ${data}${columns === '' ? '' : `, ${columns}`}>`
    : `(Change<'${name}', ${data}, ${columns}> & { data: { ${own.join('; ')} } })`
}

const writeNarrowed = (how: Narrowed): string => (typeof how === 'object' ? `'${how.value}'` : 'string')
