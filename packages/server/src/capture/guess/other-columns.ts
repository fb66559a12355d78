import type { RecordName } from '../../domain/event-types/records.ts'
import { RECORD_COLUMNS } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import { findColumnsLike } from './column-names.ts'
import type { Guessing } from './guessing.ts'
import { ask, isAnswered } from './guessing.ts'
import { nameOf } from './label-column.ts'
import type { Proposal } from './plain-columns.ts'
import { isMappable, isWhole } from './plain-columns.ts'
import { isSameTable, isUserTable, referenceOf, referencesOf } from './references.ts'
import { countValues } from './samples.ts'
import { wordsOf } from './words.ts'
import { nameSql } from './write-sql.ts'

type IsFree = (column: CrmColumn) => boolean

/** Who is responsible; a key that stands for nobody is null in events. */
export function proposeAssignee(
  record: RecordName,
  table: CrmTable,
  guessing: Guessing,
  isFree: IsFree,
): Proposal | undefined {
  const { assigned_to } = RECORD_COLUMNS[record]
  for (const { column, likeness } of findColumnsLike('assigned_to', table)) {
    if (assigned_to === undefined || !isFree(column) || !isMappable(assigned_to, column)) continue
    const to = referenceOf(table, column, guessing.tables)?.table
    const isContact = isSameTable(to, guessing.found.get('contact'))
    if (to !== undefined && !isUserTable(to) && !isContact) continue
    const nobody = nobodyOf(table, column, guessing)
    return {
      source: nobody === undefined ? column.name : { column: column.name, values: { [nobody]: null } },
      columns: [column.name],
      confidence: nobody === undefined ? likeness : 0.85,
      reason:
        nobody === undefined ? 'its name says so' : `its name says so; ${nobody}, its default, means nobody`,
    }
  }
  return undefined
}

/** A column that is never null, with a key as default, has to have a row for nobody. */
export function nobodyOf(
  table: CrmTable,
  { name }: CrmColumn,
  { facts }: Pick<Guessing, 'facts'>,
): string | undefined {
  const { isNotNull, default: initial } = facts(table, name)
  return isNotNull ? initial : undefined
}

/** A column that leads to the row of another record, also as the first of a list. */
export function proposeRecord(
  field: 'contact_id' | 'conversation_id',
  table: CrmTable,
  guessing: Guessing,
  isFree: IsFree,
): Proposal | undefined {
  const to = guessing.found.get(field === 'contact_id' ? 'contact' : 'conversation')
  const references = referencesOf(table, guessing.tables).filter(
    (one) => isSameTable(one.table, to) && isFree(findColumn(table, one.column)!),
  )
  const like = findColumnsLike(field, table).filter(({ column }) => isFree(column))
  const best =
    references.length === 1
      ? references[0]
      : references.find(({ column }) => like.some((one) => one.column.name === column))
  if (
    best !== undefined &&
    !(isUserTable(best.table) && !like.some(({ column }) => column.name === best.column))
  )
    return {
      source: best.column,
      columns: [best.column],
      confidence: best.isConstraint ? 0.95 : 0.9,
      reason: `it refers to ${qualifiedName(best.table)}`,
    }
  const plain = like.find(
    ({ column }) =>
      /^(uuid|bigint|integer|smallint|text|character varying)$/.test(column.type) &&
      wordsOf(column.name).length > 1,
  )
  if (plain !== undefined)
    return {
      source: plain.column.name,
      columns: [plain.column.name],
      confidence: plain.likeness - 0.05,
      reason: 'its name is like it',
    }
  const list = like.find(({ column }) => column.type.endsWith('[]')) ?? findLists(field, table)
  return (
    list && {
      source: { sql: `${nameSql(list.column.name)}[1]` },
      columns: [list.column.name],
      confidence: 0.8,
      reason: 'the first of a list',
    }
  )
}

const findLists = (field: string, table: CrmTable) =>
  field === 'contact_id'
    ? table.columns
        .filter(
          ({ name, type }) => type.endsWith('[]') && /^(contact|customer|person|people|client)/i.test(name),
        )
        .map((column) => ({ column }))[0]
    : undefined

/** The customer of a message is that of its conversation; a column of its own may only be set if they wrote it. */
export function proposeMessageContact(
  table: CrmTable,
  conversation: Proposal | undefined,
  contactOfConversation: string | undefined,
  guessing: Guessing,
): Proposal | undefined {
  const to = guessing.found.get('conversation')
  const column = typeof conversation?.source === 'string' ? conversation.source : undefined
  const key = to?.keys.find((columns) => columns.length === 1)?.[0]
  if (to === undefined || column === undefined || contactOfConversation === undefined || key === undefined)
    return proposeRecord('contact_id', table, guessing, () => true)
  return {
    source: { column, lookup: { table: nameOf(to, guessing), key, value: contactOfConversation } },
    columns: [],
    confidence: 0.9,
    reason: 'that of its conversation',
  }
}

const SCALES: readonly [pattern: RegExp, scale: number, unit: string][] = [
  [/\bmicros?$/, 6, 'millionths'],
  [/\b(millis?|mills?)$/, 3, 'thousandths'],
  [/\b(cents?|minor|pence|minor units?)$/, 2, 'hundredths'],
]

/** An amount, and in which units it is stored. */
export function proposeValue(table: CrmTable, guessing: Guessing, isFree: IsFree): Proposal | undefined {
  const found = findColumnsLike('value', table).find(
    ({ column }) =>
      isFree(column) && /^(smallint|integer|bigint|numeric|real|double precision)$/.test(column.type),
  )
  if (found === undefined) return undefined
  const { column } = found
  const scaled = SCALES.find(([pattern]) => pattern.test(wordsOf(column.name).join(' ')))
  if (scaled !== undefined)
    return {
      source: { column: column.name, scale: scaled[1] },
      columns: [column.name],
      confidence: 0.95,
      reason: `its name says ${scaled[2]}`,
    }
  if (!isWhole(column))
    return {
      source: column.name,
      columns: [column.name],
      confidence: found.likeness,
      reason: 'its name says so',
    }
  const answer = ask(guessing, {
    id: 'deal.value',
    text: `In which unit is ${qualifiedName(table)}.${column.name}?`,
    samples: countValues(guessing.sample(table), column.name)
      .slice(0, 5)
      .map(({ value }) => value),
    options: [
      { value: 'units', label: 'whole units of the currency: 12 is 12.00' },
      { value: '2', label: 'cents: 1250 is 12.50' },
      { value: '6', label: 'millionths' },
    ],
    default: 'units',
  })
  return {
    source: /^\d+$/.test(answer) ? { column: column.name, scale: Number(answer) } : column.name,
    columns: [column.name],
    confidence: isAnswered(guessing, 'deal.value') ? 1 : 0.65,
    reason: isAnswered(guessing, 'deal.value') ? 'answered' : 'a whole number, which could be cents',
  }
}
