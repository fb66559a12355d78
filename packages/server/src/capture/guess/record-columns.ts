import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_COLUMNS } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { proposeCoded } from './coded-columns.ts'
import { proposeCompany, proposeJsonKey, proposeNames, proposeReach } from './contact-columns.ts'
import type { Guessing } from './guessing.ts'
import { proposeAssignee, proposeRecord, proposeValue } from './other-columns.ts'
import type { Proposal } from './plain-columns.ts'
import { isJson, proposePlain } from './plain-columns.ts'

/** Proposals by the column of the record. */
export type Proposals = Record<string, Proposal>

/** The columns of a record in the order in which they are looked for: what is told by less comes last. */
const ORDER: Readonly<Record<RecordName, readonly string[]>> = {
  contact: ['email', 'phone', 'tags', 'custom_fields', 'assigned_to', 'created_at', 'updated_at'],
  deal: [
    'contact_id',
    'stage',
    'value',
    'currency',
    'title',
    'pipeline',
    'expected_close_date',
    'custom_fields',
    'assigned_to',
    'created_at',
    'updated_at',
  ],
  conversation: [
    'contact_id',
    'status',
    'priority',
    'channel',
    'subject',
    'custom_fields',
    'assigned_to',
    'created_at',
    'updated_at',
  ],
  message: [
    'body',
    'broadcast_id',
    'media',
    'error',
    'external_id',
    'sent_at',
    'delivered_at',
    'read_at',
    'failed_at',
    'created_at',
    'updated_at',
  ],
  meeting: [
    'contact_id',
    'starts_at',
    'title',
    'provider',
    'external_id',
    'meeting_number',
    'host_email',
    'duration_minutes',
    'recording_status',
    'recording_files',
    'share_url',
    'created_at',
    'updated_at',
  ],
}

/** @param taken columns that say something else already */
export function proposeColumns(
  record: RecordName,
  table: CrmTable,
  guessing: Guessing,
  tenants: CrmTable | undefined,
  taken: readonly string[] = [],
): Proposals {
  const proposals: Proposals = {}
  const used = new Set(taken)
  const isFree = ({ name }: CrmColumn): boolean => !used.has(name)
  const add = (field: string, proposal: Proposal | undefined): void => {
    if (proposal === undefined) return
    proposals[field] = proposal
    for (const column of proposal.columns) used.add(column)
  }
  add('id', proposeKey(table))
  if (record === 'contact') {
    const names = proposeNames(table, guessing)
    add('first_name', names.first_name)
    add('last_name', names.last_name)
    add('company', proposeCompany(table, guessing, tenants))
  }
  for (const field of ORDER[record]) add(field, propose(field, record, table, guessing, isFree))
  return proposals
}

function proposeKey({ keys }: CrmTable): Proposal | undefined {
  const key = keys.find((columns) => columns.length === 1)?.[0]
  return key === undefined ? undefined : { source: key, columns: [key], confidence: 0.98, reason: 'the key' }
}

function propose(
  field: string,
  record: RecordName,
  table: CrmTable,
  guessing: Guessing,
  isFree: (column: CrmColumn) => boolean,
): Proposal | undefined {
  const definition = RECORD_COLUMNS[record][field]
  if (definition === undefined) return undefined
  switch (field) {
    case 'email':
    case 'phone':
      return proposeReach(field, table, guessing)
    case 'assigned_to':
      return proposeAssignee(record, table, guessing, isFree)
    case 'contact_id':
      return proposeRecord(field, table, guessing, isFree)
    case 'value':
      return proposeValue(table, guessing, isFree)
    case 'stage':
    case 'pipeline':
    case 'status':
    case 'priority':
    case 'channel':
      return proposeCoded(field, record, table, guessing, isFree)
    case 'custom_fields':
      return proposePlain(field, definition, table, isFree) ?? proposeProperties(table, isFree)
    case 'subject':
      return (
        proposePlain(field, definition, table, isFree) ??
        proposeJsonKey(table, guessing, /^(mail_?)?subject$/i)
      )
    default:
      return proposePlain(field, definition, table, isFree)
  }
}

/** `lead_properties`: an object whose name only ends in what it holds. */
function proposeProperties(table: CrmTable, isFree: (column: CrmColumn) => boolean): Proposal | undefined {
  const column = table.columns.find(
    (one) => isFree(one) && isJson(one) && /(propert|attribute|field)(y|ies|s)?$/i.test(one.name),
  )
  return (
    column && { source: column.name, columns: [column.name], confidence: 0.8, reason: 'its name is like it' }
  )
}
