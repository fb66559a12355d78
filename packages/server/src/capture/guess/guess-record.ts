import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_COLUMNS } from '../../domain/event-types/records.ts'
import type { CrmTable } from '../crm-tables.ts'
import type { RecordEntry, Source } from '../map/map-schema.ts'
import type { Tenancy } from './guess-tenancy.ts'
import type { Guessing } from './guessing.ts'
import { decide } from './guessing.ts'
import { nameOf } from './label-column.ts'
import { askForRest, chooseDirection } from './message.ts'
import { proposeMessage } from './message-columns.ts'
import type { Proposals } from './record-columns.ts'
import { proposeColumns } from './record-columns.ts'
import type { Condition } from './rows-that-count.ts'
import { findKinds, findNotes, findPolymorphic, findSoftDeletes } from './rows-that-count.ts'

/** Proposes the entry of a record; undefined: what its events need is not known. */
export function guessRecord(
  record: RecordName,
  table: CrmTable,
  tenancy: Tenancy,
  guessing: Guessing,
): RecordEntry | undefined {
  return record === 'message'
    ? guessMessage(table, tenancy, guessing)
    : guessOther(record, table, tenancy, guessing)
}

function guessOther(record: RecordName, table: CrmTable, tenancy: Tenancy, guessing: Guessing): RecordEntry {
  const conditions = [...findSoftDeletes(table, guessing), ...findKinds(record, table, guessing)]
  const taken = conditions.filter(({ sql }) => !/<>/.test(sql)).flatMap(({ columns }) => columns)
  const proposals = proposeColumns(record, table, guessing, tenancy.table, taken)
  return toEntry(record, table, proposals, conditions, { tenancy, guessing, deletes: record !== 'meeting' })
}

function guessMessage(table: CrmTable, tenancy: Tenancy, guessing: Guessing): RecordEntry | undefined {
  const direction = chooseDirection(table, guessing)
  if (direction === undefined) return undefined
  const rows = direction.beside?.table ?? table
  const of = guessing.found.has('conversation') ? undefined : findPolymorphic(table, guessing)
  const notes = findNotes(rows, guessing, direction.columns)
  const rest = askForRest(rows, direction, guessing)
  const conditions: Condition[] = [
    ...findSoftDeletes(rows, guessing),
    ...(of === undefined ? [] : [of.condition]),
    ...notes,
    ...[...direction.where, ...(rest === undefined ? [] : [rest])].map((sql) => ({
      sql,
      columns: [],
      confidence: direction.confidence,
      reason: 'messages between the organization and a customer',
    })),
  ]
  if (notes.length === 0 && direction.where.length === 0 && rest === undefined)
    decide(guessing, {
      place: 'message.where',
      choice: 'all rows',
      confidence: 0.75,
      reason: 'no column marks internal notes',
    })
  const contactOf = (other: string): string | undefined => contactColumn(other as RecordName, guessing)
  const taken = conditions.flatMap(({ columns }) => columns)
  const proposals = proposeMessage(table, direction, guessing, {
    tenants: tenancy.table,
    taken,
    contactOf,
    of,
  })
  return toEntry('message', rows, proposals, conditions, {
    tenancy,
    guessing,
    deletes: direction.beside === undefined,
  })
}

/** The column that names the customer of another record. */
function contactColumn(record: RecordName, guessing: Guessing): string | undefined {
  const table = guessing.found.get(record)
  if (table === undefined) return undefined
  const quiet: Guessing = { ...guessing, decisions: [], questions: [] }
  const source = proposeColumns(record, table, quiet, undefined)['contact_id']?.source
  return typeof source === 'string' ? source : undefined
}

interface Around {
  tenancy: Tenancy
  guessing: Guessing
  deletes: boolean
}

function toEntry(
  record: RecordName,
  table: CrmTable,
  proposals: Proposals,
  conditions: readonly Condition[],
  { tenancy, guessing, deletes }: Around,
): RecordEntry {
  const organization = tenancy.organizationOf(table, record)
  const columns: Record<string, Source> = {}
  for (const field of Object.keys(RECORD_COLUMNS[record])) {
    const proposal = proposals[field]
    if (proposal === undefined) continue
    columns[field] = proposal.source
    if (field !== 'direction')
      decide(guessing, {
        place: `${record}.${field}`,
        choice: describeSource(proposal.source),
        confidence: proposal.confidence,
        reason: proposal.reason,
      })
  }
  for (const { sql, confidence, reason } of conditions)
    decide(guessing, { place: `${record}.where`, choice: sql, confidence, reason })
  return {
    record,
    table: nameOf(table, guessing),
    ...(organization === undefined ? {} : { organization }),
    ...(conditions.length === 0
      ? {}
      : { where: [...new Set(conditions.map(({ sql }) => sql))].join(' and ') }),
    columns,
    ...(deletes ? { deletes: true } : {}),
  }
}

function describeSource(source: Source): string {
  if (typeof source === 'string') return source
  if ('sql' in source) return source.sql
  const { column, lookup, json, scale, values } = source
  return [
    column,
    ...(lookup === undefined ? [] : [`→ ${lookup.table}.${lookup.value}`]),
    ...(json === undefined ? [] : [`at ${json}`]),
    ...(scale === undefined ? [] : [`with ${scale} decimals`]),
    ...(values === undefined
      ? []
      : [
          `(${Object.entries(values)
            .map(([theirs, ours]) => `${theirs} = ${ours ?? 'null'}`)
            .join(', ')})`,
        ]),
  ].join(' ')
}
