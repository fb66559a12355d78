import type { RecordName } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { findColumn, qualifiedName } from '../crm-tables.ts'
import type { ColumnSource } from '../map/map-schema.ts'
import { findColumnsLike } from './column-names.ts'
import type { Guessing } from './guessing.ts'
import { nameSql } from './write-sql.ts'
import { ask, isAnswered } from './guessing.ts'
import { describeValues, isClosedSet, knownValues, parsePairs } from './known-values.ts'
import { labelColumn, labelSql, nameOf } from './label-column.ts'
import type { Proposal } from './plain-columns.ts'
import { isIdLike, isText, isWhole } from './plain-columns.ts'
import type { Reference } from './references.ts'
import { isSameTable, isUserTable, referenceOf } from './references.ts'
import { countValues } from './samples.ts'
import type { Vocabulary } from './vocabularies.ts'
import { CONVERSATION_STATUSES, PRIORITIES, inSameCase, translations } from './vocabularies.ts'

type CodedField = 'stage' | 'pipeline' | 'status' | 'priority' | 'channel' | 'type'

const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  'conversation.status': CONVERSATION_STATUSES,
  'conversation.priority': PRIORITIES,
}
/** Numbers as programs often choose them, to answer with. */
const CONVENTIONS: Readonly<Record<string, readonly string[]>> = {
  'conversation.status': [
    '0=open, 1=resolved, 2=pending, 3=snoozed',
    '0=open, 1=pending, 2=resolved, 3=closed',
    '0=open, 1=closed',
  ],
  'conversation.priority': ['0=low, 1=normal, 2=high, 3=urgent', '1=low, 2=normal, 3=high, 4=urgent'],
}
const KEEP = 'keep'

/** A stage, a status, a priority, a channel or a type: a text, a row of a small table, or a number. */
export function proposeCoded(
  field: CodedField,
  record: RecordName,
  table: CrmTable,
  guessing: Guessing,
  isFree: (column: CrmColumn) => boolean,
): Proposal | undefined {
  for (const { column, likeness } of findColumnsLike(field, table)) {
    if (!isFree(column)) continue
    const reference = referenceOf(table, column, guessing.tables)
    const proposal =
      reference === undefined
        ? proposeValues(field, record, table, column, guessing)
        : proposeLookup(field, record, table, reference, guessing)
    if (proposal !== undefined) return { ...proposal, confidence: Math.min(likeness, proposal.confidence) }
  }
  return undefined
}

function proposeLookup(
  field: CodedField,
  record: RecordName,
  table: CrmTable,
  { column, table: to, key }: Reference,
  guessing: Guessing,
): Proposal | undefined {
  if (isUserTable(to) || [...guessing.found.values()].some((one) => isSameTable(one, to))) return undefined
  const label = labelOfCode(field, to, guessing)
  if (label === undefined) return undefined
  const labels = countValues(guessing.sample(to), label.name).map(({ value }) => value)
  const isNumbered =
    field === 'priority' && labels.length > 0 && labels.every((value) => /^\d+ \S/.test(value))
  const value = isNumbered ? `regexp_replace(${nameSql(label.name)}, '^[0-9]+ ', '')` : label.sql
  const source: ColumnSource = {
    column,
    lookup: { table: nameOf(to, guessing), key, value },
    ...valuesOf(isNumbered ? [] : labels, VOCABULARIES[`${record}.${field}`]),
    ...(field === 'stage' && !guessing.facts(table, column).isNotNull ? { default: 'none' } : {}),
  }
  return { source, columns: [column], confidence: 0.9, reason: `the ${label.name} in ${qualifiedName(to)}` }
}

/** Of a channel, its kind says more than its name. */
function labelOfCode(
  field: CodedField,
  to: CrmTable,
  guessing: Guessing,
): { name: string; sql: string } | undefined {
  const kind =
    field === 'channel'
      ? ['channel_type', 'channelType', 'channel', 'kind', 'type', 'provider'].find((name) =>
          findColumn(to, name),
        )
      : undefined
  if (kind !== undefined && isText(findColumn(to, kind)!)) {
    const isClass = countValues(guessing.sample(to), kind).some(({ value }) => value.includes('::'))
    return { name: kind, sql: isClass ? `lower(regexp_replace(${nameSql(kind)}, '^.*::', ''))` : kind }
  }
  const label = labelColumn(to)
  return label && { name: label.name, sql: labelSql(to, label, guessing) }
}

function valuesOf(
  values: readonly string[],
  vocabulary: Vocabulary | undefined,
): { values?: Record<string, string> } {
  const translated = vocabulary === undefined ? {} : translations(values, vocabulary)
  return Object.keys(translated).length === 0 ? {} : { values: translated }
}

function proposeValues(
  field: CodedField,
  record: RecordName,
  table: CrmTable,
  column: CrmColumn,
  guessing: Guessing,
): Proposal | undefined {
  const place = `${record}.${field}`
  if (isText(column)) {
    const vocabulary = VOCABULARIES[place]
    const known = withOpposites(knownValues(table, column.name, guessing))
    const usual =
      vocabulary === undefined || isClosedSet(table, column, guessing) ? [] : Object.keys(vocabulary)
    const { values } = valuesOf(inSameCase(known, usual), vocabulary)
    return {
      source: values === undefined ? column.name : { column: column.name, values },
      columns: [column.name],
      confidence: 0.95,
      reason: values === undefined ? 'its name says so' : 'its name says so; values are translated',
    }
  }
  if (!isWhole(column) || isIdLike(column) || CONVENTIONS[place] === undefined) return undefined
  return proposeNumbers(place, table, column, guessing)
}

/** Where there is a `not_urgent`, there is an `urgent`. */
const withOpposites = (values: readonly string[]): string[] => [
  ...new Set([
    ...values,
    ...values.filter((value) => value.startsWith('not_')).map((value) => value.slice(4)),
  ]),
]

/** What numbers mean is in the program, not in the database. */
function proposeNumbers(place: string, table: CrmTable, column: CrmColumn, guessing: Guessing): Proposal {
  const initial = guessing.facts(table, column.name).default
  const start = place.endsWith('status') && initial !== undefined ? `${initial}=open` : KEEP
  const answer = ask(guessing, {
    id: place,
    text: `What do the numbers in ${qualifiedName(table)}.${column.name} mean?`,
    samples: describeValues(table, column.name, guessing),
    options: [
      ...(start === KEEP ? [] : [{ value: start, label: `${start}, others stay numbers` }]),
      { value: KEEP, label: 'leave the numbers as they are' },
      ...(CONVENTIONS[place] ?? []).map((value) => ({ value, label: value })),
    ],
    default: start,
    free: 'pairs such as 0=open, 1=closed',
  })
  const values = parsePairs(answer)
  return {
    source: Object.keys(values).length === 0 ? column.name : { column: column.name, values },
    columns: [column.name],
    confidence: isAnswered(guessing, place) ? 1 : 0.5,
    reason: isAnswered(guessing, place) ? 'answered' : 'a number, whose meaning is not in the database',
  }
}
