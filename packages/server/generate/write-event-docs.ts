import type { EventType } from '../src/domain/event-types/event-types.ts'
import { EVENT_TYPES } from '../src/domain/event-types/event-types.ts'
import type { ColumnKind, RecordColumn, RecordName } from '../src/domain/event-types/records.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../src/domain/event-types/records.ts'

const KINDS: Readonly<Record<ColumnKind, string>> = {
  id: 'text',
  organization: 'UUID',
  text: 'text',
  time: 'ISO 8601 time',
  date: 'ISO 8601 day',
  number: 'number',
  integer: 'whole number',
  object: 'object',
  objects: 'list of objects',
  texts: 'list of texts',
}

/** When each event is emitted; the rules themselves are in ../crm/event-rules.ts. */
const WHEN: Readonly<Record<string, string>> = {
  'contact.created': 'contacts: insert',
  'contact.updated': 'contacts: update of any column but `assigned_to` and `updated_at`',
  'contact.assigned': 'contacts: `assigned_to` becomes another user; an insert with one counts too',
  'deal.created': 'deals: insert',
  'deal.updated': 'deals: update of any column but `assigned_to`, `stage` and `updated_at`',
  'deal.stage.changed': 'deals: `stage` changes',
  'deal.assigned': 'deals: `assigned_to` becomes another user; an insert with one counts too',
  'conversation.created': 'conversations: insert',
  'conversation.assigned': 'conversations: `assigned_to` becomes another user; an insert with one counts too',
  'conversation.status.changed': 'conversations: `status` changes',
  'message.received': 'messages: insert of an inbound one',
  'message.sent': 'messages: an outbound one is known to be sent for the first time, by insert or update',
  'message.delivered': 'the same for `delivered`',
  'message.read': 'the same for `read`',
  'message.failed': 'the same for `failed`',
  'broadcast.response': 'messages: insert of an inbound one with `broadcast_id`, beside `message.received`',
  'zoom.recording.completed': 'meetings: `recording_status` of a Zoom meeting becomes `completed`',
}

/** The whole of docs/events.md. */
export function writeEventDocs(): string {
  return `<!-- Written by \`npm run generate\` from packages/server/src/domain/event-types/: change it there. -->

# Events

Seventeen event types come from the CRM's own tables, in the transaction that changes them: what is rolled back emits nothing, what
is committed always does, also while ConnectGain is down. A statement that changes nothing emits nothing; one that changes much
emits one event for each row and type.

\`data\` is the record after the change. The types marked with ↺ also carry \`previous\`: the old values of all columns that changed.
\`GET /rest/v1/webhook_event_types\` has the JSON Schema (2020-12) of each type's \`data\` and an example;
\`@connectgain/webhooks-receiver\` has the TypeScript types.

| event | when | data |
|---|---|---|
${EVENT_TYPES.map(writeRow).join('\n')}

A message's status may go back and forth, and news of it come in any order. Each of its four events is emitted once for a message, for
the first time that it had that status; \`data.status\` says where the message is by then. In the reference CRM the columns
\`sent_at\`, \`delivered_at\`, \`read_at\` and \`failed_at\` say when that was: setting one of them emits its event too.

Deleting a record emits nothing of it. A deal whose contact is deleted loses its \`contact_id\`, which is a \`deal.updated\`.

## Records

What is listed is always there; further columns of the reference CRM's tables arrive as they are. Another CRM's tables
([Installing](installing.md)) have the same shape: what it has no column for is null, or empty.

${RECORD_NAMES.map(writeRecord).join('\n\n')}

## Event types of your own

The operator's key adds types beside these, for all organizations at once:

\`\`\`sh
curl -s "$API/webhook_event_types" -H "apikey: $KEY" -H "Content-Type: application/json" -d '{
  "name": "invoice.paid",
  "description": "An invoice was paid in full",
  "schema": {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]},
  "example": {"amount": 129.5}
}'
\`\`\`

A name is lower case with at least one dot, \`invoice.paid\`, and none of the seventeen. \`schema\` is a JSON Schema (2020-12) of
\`data\`, at most 64 KiB; \`example\` is what the Test button sends. The type can be subscribed to (\`invoice.paid\`, \`invoice.*\`) and
emitted at once, on every node; an event of an unknown type is refused with the nearest names. \`is_custom\` tells own types from the
seventeen, which no PATCH or DELETE touches. A type that is deleted is no longer emitted; subscriptions that name it stay as they are.

The schema describes and does not judge: an event whose \`data\` is otherwise is taken on all the same, because one that is lost for the
sake of a schema is the worse fault.
`
}

function writeRow({ name, record, previous }: EventType): string {
  return `| \`${name}\`${previous === undefined ? '' : ' ↺'} | ${WHEN[name]} | [${record}](#${record}) |`
}

function writeRecord(record: RecordName): string {
  const rows = Object.entries(RECORD_COLUMNS[record]).map(([name, column]) => writeColumn(name, column))
  const example = EVENT_TYPES.find((type) => type.record === record && type.previous !== undefined)
  const shown = example ?? EVENT_TYPES.find((type) => type.record === record)!
  const body = {
    event: shown.name,
    timestamp: '2025-01-15T10:30:00.000Z',
    data: shown.example,
    ...(shown.previous === undefined ? {} : { previous: shown.previous }),
  }
  return `### ${record}

| column | is | |
|---|---|---|
${rows.join('\n')}

\`\`\`json
${JSON.stringify(body, null, 2)}
\`\`\``
}

function writeColumn(name: string, { kind, isNullable, values, description = '' }: RecordColumn): string {
  const is = values?.map((value) => `\`${value}\``).join(' or ') ?? KINDS[kind]
  return `| \`${name}\` | ${is}${isNullable ? ' or null' : ''} | ${description} |`
}
