import type { CrmTable } from '../crm-tables.ts'
import type { Source } from '../map/map-schema.ts'
import { proposeCoded } from './coded-columns.ts'
import type { Direction } from './direction.ts'
import type { Guessing } from './guessing.ts'
import { nameOf } from './label-column.ts'
import { proposeMessageStatus } from './message-status.ts'
import { proposeMessageContact, proposeRecord } from './other-columns.ts'
import type { Proposal } from './plain-columns.ts'
import { isSameTable, referencesOf } from './references.ts'
import type { Proposals } from './record-columns.ts'
import { proposeColumns } from './record-columns.ts'
import type { Polymorphic } from './rows-that-count.ts'
import { nameSql } from './write-sql.ts'

/** @param contactOfConversation the column of conversations that names their customer */
export function proposeMessage(
  table: CrmTable,
  direction: Direction,
  guessing: Guessing,
  known: {
    tenants: CrmTable | undefined
    taken: readonly string[]
    contactOf(record: string): string | undefined
    of: Polymorphic | undefined
  },
): Proposals {
  const { tenants, taken, contactOf, of } = known
  const used = direction.beside === undefined ? [...taken, ...direction.columns] : taken
  const conversation = proposeRecord('conversation_id', table, guessing, () => true)
  const contact =
    of === undefined
      ? proposeMessageContact(table, conversation, contactOf('conversation'), guessing)
      : contactOfRow(of, contactOf(of.record), guessing)
  const plain = proposeColumns('message', table, guessing, tenants, [
    ...used,
    ...(conversation?.columns ?? []),
  ])
  const reserved = [...used, ...Object.values(plain).flatMap(({ columns }) => columns)]
  const type = proposeCoded('type', 'message', table, guessing, ({ name }) => !reserved.includes(name))
  const beside = direction.beside
  const own: Proposals = {
    ...plain,
    ...(conversation === undefined || of !== undefined ? {} : { conversation_id: conversation }),
    ...(contact === undefined ? {} : { contact_id: contact }),
    ...(type === undefined ? {} : { type }),
  }
  return {
    ...(beside === undefined ? own : fromBeside(own, beside, table, guessing)),
    direction: {
      source: direction.source,
      columns: direction.columns,
      confidence: direction.confidence,
      reason: direction.reason,
    },
    status: proposeMessageStatus(beside?.table ?? table, direction, guessing),
  }
}

/** Of what a message belongs to, if that can be anything. */
function contactOfRow(
  { record, id }: Polymorphic,
  contact: string | undefined,
  guessing: Guessing,
): Proposal | undefined {
  const table = guessing.found.get(record)
  const key = table?.keys.find((columns) => columns.length === 1)?.[0]
  if (record === 'contact')
    return { source: id, columns: [id], confidence: 0.8, reason: 'it belongs to a contact' }
  if (table === undefined || key === undefined || contact === undefined) return undefined
  return {
    source: { column: id, lookup: { table: nameOf(table, guessing), key, value: contact } },
    columns: [id],
    confidence: 0.8,
    reason: `that of its ${record}`,
  }
}

/** The columns of messages, seen from a table with a row for each of them. */
function fromBeside(
  own: Proposals,
  beside: NonNullable<Direction['beside']>,
  table: CrmTable,
  guessing: Guessing,
): Proposals {
  const { column } = beside
  const key = referencesOf(beside.table, guessing.tables).find(
    (one) => one.column === column && isSameTable(one.table, table),
  )?.key
  const proposals: Proposals = {}
  for (const [field, proposal] of Object.entries(own)) {
    const { source } = proposal
    // A lookup behind a lookup is beyond what the map can say.
    if (typeof source !== 'string' || key === undefined || /^(id|created_at|updated_at)$/.test(field))
      continue
    const through: Source = {
      column,
      lookup: { table: nameOf(table, guessing), key, value: nameSql(source) },
    }
    proposals[field] = { ...proposal, source: through, columns: [] }
  }
  const {
    id: _,
    body: __,
    status: ___,
    ...rest
  } = proposeColumns('message', beside.table, guessing, undefined, [column])
  return {
    ...proposals,
    ...rest,
    id: { source: column, columns: [column], confidence: 0.85, reason: 'the message of the row' },
  }
}
