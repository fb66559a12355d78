import type { RecordColumn, RecordName } from '../../domain/event-types/records.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import { mappedColumn } from './mapped-column.ts'
import type { CrmMap, OrganizationSource, RecordEntry } from './map-schema.ts'

const TABLE_NAMES: Readonly<Record<RecordName, string>> = {
  contact: 'contacts contact customers customer people person persons leads lead clients client',
  deal: 'deals deal opportunities opportunity',
  conversation: 'conversations conversation threads thread chats chat tickets ticket',
  message: 'messages message chat_messages chat_message',
  meeting: 'meetings meeting calls call appointments appointment',
}
/** Alternatives to the columns' own names; the first existing one is used. */
const COLUMN_NAMES: Readonly<Record<string, string>> = {
  first_name: 'firstname fname given_name forename',
  last_name: 'lastname lname surname family_name',
  email: 'email_address mail',
  phone: 'phone_number mobile telephone tel',
  company: 'company_name account_name organisation_name',
  tags: 'labels',
  custom_fields: 'custom_attributes metadata attributes extra custom',
  assigned_to: 'owner_id assignee_id assigned_user_id user_id owner assignee agent_id',
  title: 'name subject topic',
  contact_id: 'customer_id person_id client_id lead_id',
  stage: 'stage_name status state',
  pipeline: 'pipeline_name',
  value: 'amount deal_value price total',
  currency: 'currency_code',
  expected_close_date: 'close_date expected_close closing_date',
  channel: 'channel_type inbox source',
  subject: 'title topic',
  status: 'state',
  conversation_id: 'thread_id chat_id ticket_id',
  broadcast_id: 'campaign_id',
  direction: 'message_direction kind',
  type: 'message_type content_type',
  body: 'content text message',
  media: 'attachments',
  error: 'error_message failure_reason',
  external_id: 'provider_id source_id uuid',
  host_email: 'host',
  starts_at: 'start_time started_at scheduled_at',
  duration_minutes: 'duration',
  recording_status: 'recording_state',
  recording_files: 'recordings',
  share_url: 'recording_url',
  created_at: 'created created_on inserted_at date_created',
  updated_at: 'updated updated_on modified_at date_modified',
}
const ORGANIZATIONS =
  'organization_id org_id organisation_id account_id tenant_id workspace_id team_id company_id'
/** Schemas that belong to a platform, not to the CRM. */
const PLATFORM = /^(auth|storage|realtime|vault|graphql|graphql_public|extensions|net|cron|supabase_.*|_.*)$/

const words = (text: string): string[] => text.split(' ')
const plain = (name: string): string => name.toLowerCase().replace(/^(crm|tbl|app|t)_/, '')

/** Proposes a map from names and types; what cannot be guessed is left out. */
export function guessMap(all: readonly CrmTable[]): CrmMap {
  const tables = all.filter(
    ({ schema, kind, isPartition }) => !PLATFORM.test(schema) && 'rp'.includes(kind) && !isPartition,
  )
  const found = new Map<RecordName, CrmTable>()
  for (const record of RECORD_NAMES) {
    const table = words(TABLE_NAMES[record])
      .map((name) => tables.find((candidate) => plain(candidate.name) === name))
      .find((candidate) => candidate !== undefined)
    if (table !== undefined) found.set(record, table)
  }
  const records = Array.from(found, ([record, table]): RecordEntry => ({
    record,
    table: qualifiedName(table),
    organization: guessOrganization(table, tables) ?? { column: 'organization_id' },
    columns: guessColumns(record, table),
  }))
  return { records, events: [] }
}

function guessColumns(record: RecordName, table: CrmTable): RecordEntry['columns'] {
  const taken = new Set<string>()
  const columns: RecordEntry['columns'] = {}
  for (const [name, definition] of Object.entries(RECORD_COLUMNS[record])) {
    if (name === 'organization_id') continue
    const column = [name, ...words(COLUMN_NAMES[name] ?? '')]
      .map((candidate) => findColumn(table, candidate))
      .find((found) => found !== undefined && !taken.has(found.name) && isMappable(definition, found))
    if (column === undefined) continue
    taken.add(column.name)
    columns[name] = column.name
  }
  return columns
}

type JoinedOrganization = Extract<OrganizationSource, { column: string }>

/** Looks for a UUID in the table itself, then in a table that it references, then in its conversation or contact. */
function guessOrganization(
  table: CrmTable,
  tables: readonly CrmTable[],
  deep = 2,
): JoinedOrganization | undefined {
  const names = words(ORGANIZATIONS)
  for (const name of names) {
    const column = findColumn(table, name)
    if (column?.type === 'uuid') return { column: name }
    const through = column === undefined ? undefined : hopBehind(table, name, tables)
    if (through !== undefined) return { column: name, through: [through] }
  }
  if (deep === 0) return undefined
  for (const { column, schema, table: to, references } of table.foreignKeys) {
    const next = tables.find((candidate) => candidate.schema === schema && candidate.name === to)
    const further =
      next === undefined || next === table ? undefined : guessOrganization(next, tables, deep - 1)
    if (next === undefined || further === undefined) continue
    const hop = { table: qualifiedName(next), key: references, column: further.column }
    return { column, through: [hop, ...(further.through ?? [])] }
  }
  return undefined
}

const isMappable = (definition: RecordColumn, { name, type }: CrmColumn): boolean =>
  mappedColumn(definition, { source: name, type, value: () => name }) !== undefined

/** For a numeric organization id whose own table has a UUID. */
function hopBehind(table: CrmTable, column: string, tables: readonly CrmTable[]) {
  const key = table.foreignKeys.find((candidate) => candidate.column === column)
  const next = tables.find(({ schema, name }) => schema === key?.schema && name === key.table)
  const id = next?.columns.find(({ type, name }) => type === 'uuid' && /uuid|id|guid/.test(name))
  if (key === undefined || next === undefined || id === undefined) return undefined
  return { table: qualifiedName(next), key: key.references, column: id.name }
}
