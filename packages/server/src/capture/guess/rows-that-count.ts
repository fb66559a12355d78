import type { RecordName } from '../../domain/event-types/records.ts'
import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'
import type { Guessing } from './guessing.ts'
import { ask, decide, isAnswered } from './guessing.ts'
import { describeValues, isClosedSet, knownValues } from './known-values.ts'
import { nobodyOf } from './other-columns.ts'
import { isText } from './plain-columns.ts'
import { isSameTable, referencesOf } from './references.ts'
import { NOTES, UTTERANCES, plainWord } from './vocabularies.ts'
import { singular, tableWords, wordsOf } from './words.ts'
import { isNotTrue, isOneOf, nameSql, valueSql } from './write-sql.ts'

export interface Condition {
  sql: string
  columns: readonly string[]
  confidence: number
  reason: string
}

const say = (column: CrmColumn): string => wordsOf(column.name).join(' ')

/** Rows that are deleted, archived or inactive without being gone. */
export function findSoftDeletes(table: CrmTable, { facts }: Pick<Guessing, 'facts'>): Condition[] {
  return table.columns.flatMap((column): Condition[] => {
    const { name, type } = column
    const words = say(column)
    const isFull = facts(table, name).isNotNull
    const found = (sql: string): Condition[] => [
      { sql, columns: [name], confidence: 0.85, reason: `${name} marks rows that are gone` },
    ]
    if (
      /^(timestamp|date)/.test(type) &&
      /^(deleted|archived|discarded|removed|trashed)( at| on|)$|^date deleted$/.test(words)
    )
      return found(`${nameSql(name)} is null`)
    if (type !== 'boolean') return []
    if (/^(is )?(deleted|archived|discarded|removed|trashed)$/.test(words))
      return found(isNotTrue(column, isFull))
    return /^(is )?active$/.test(words) ? found(nameSql(name)) : []
  })
}

/** Rows of a table with several kinds of records, of which only some are meant. */
export function findKinds(record: RecordName, table: CrmTable, guessing: Guessing): Condition[] {
  if (record === 'contact')
    return [...companiesAmongContacts(table, guessing), ...nobodyAmongContacts(table, guessing)]
  if (record !== 'deal') return []
  return table.columns.flatMap((column): Condition[] => {
    if (!isText(column) || !/^(type|kind|record type|lead type)$/.test(say(column))) return []
    const values = knownValues(table, column.name, guessing)
    const meant = values.filter((value) => /^(opportunity|deal)$/.test(plainWord(value)))
    if (meant.length === 0 || meant.length === values.length) return []
    return [
      {
        sql: isOneOf(column, meant),
        columns: [column.name],
        confidence: 0.9,
        reason: `its rows are ${values.join(' or ')}`,
      },
    ]
  })
}

const companiesAmongContacts = (table: CrmTable, { facts }: Guessing): Condition[] =>
  table.columns
    .filter(
      (column) => column.type === 'boolean' && /^is (company|organi[sz]ation|business)$/.test(say(column)),
    )
    .map((column) => ({
      sql: isNotTrue(column, facts(table, column.name).isNotNull),
      columns: [column.name],
      confidence: 0.9,
      reason: 'companies are in the same table',
    }))

/** The row that others refer to if they mean nobody. */
function nobodyAmongContacts(table: CrmTable, guessing: Guessing): Condition[] {
  const key = table.keys.find((columns) => columns.length === 1)?.[0]
  const column = table.columns.find(({ name }) => name === key)
  for (const from of guessing.tables) {
    for (const reference of referencesOf(from, guessing.tables)) {
      const nobody = isSameTable(reference.table, table)
        ? nobodyOf(
            from,
            from.columns.find(({ name }) => name === reference.column)!,
            guessing,
          )
        : undefined
      if (nobody === undefined || column === undefined) continue
      return [
        {
          sql: `${nameSql(column.name)} <> ${valueSql(column, nobody)}`,
          columns: [column.name],
          confidence: 0.8,
          reason: `${qualifiedName(from)}.${reference.column} means nobody by it`,
        },
      ]
    }
  }
  return []
}

/** Messages that customers never see. */
export function findNotes(table: CrmTable, guessing: Guessing, taken: readonly string[]): Condition[] {
  const flags = table.columns.flatMap((column): Condition[] => {
    if (column.type !== 'boolean') return []
    const isNotNull = guessing.facts(table, column.name).isNotNull
    const found = (sql: string): Condition[] => [
      {
        sql,
        columns: [column.name],
        confidence: 0.95,
        reason: `${column.name} marks messages that customers do not see`,
      },
    ]
    if (
      /^(is )?(private|internal|note|internal note|private note|hidden|whisper|draft|system)$/.test(
        say(column),
      )
    )
      return found(isNotTrue(column, isNotNull))
    return /^(is )?public$/.test(say(column))
      ? found(isNotNull ? nameSql(column.name) : `${nameSql(column.name)} is not false`)
      : []
  })
  const kinds = table.columns.flatMap((column) =>
    taken.includes(column.name) ? [] : (notesByKind(table, column, guessing) ?? []),
  )
  return [...flags, ...kinds]
}

function notesByKind(table: CrmTable, column: CrmColumn, guessing: Guessing): Condition | undefined {
  if (!isText(column) || !/\b(type|kind|visibility|category|scope)$/.test(say(column))) return undefined
  const values = knownValues(table, column.name, guessing)
  const notes = values.filter((value) => NOTES.test(plainWord(value)))
  const rest = values.filter((value) => !notes.includes(value))
  const hasReplies = rest.some((value) => UTTERANCES.test(plainWord(value)))
  if (notes.length === 0 && !hasReplies) return undefined
  const isClosed = isClosedSet(table, column, guessing) || hasReplies
  return {
    sql: isClosed && rest.length > 0 ? isOneOf(column, rest) : `(${isOneOf(column, notes)}) is not true`,
    columns: [column.name],
    confidence: 0.85,
    reason: `its values are ${values.join(', ')}`,
  }
}

/** Messages that stand below rows of any table: `model` and `res_id`, `commentable_type` and `commentable_id`. */
export interface Polymorphic {
  record: 'conversation' | 'deal' | 'contact'
  id: string
  condition: Condition
}

export function findPolymorphic(table: CrmTable, guessing: Guessing): Polymorphic | undefined {
  const pair = findPair(table)
  const record = (['conversation', 'deal', 'contact'] as const).find((one) => guessing.found.has(one))
  if (pair === undefined || record === undefined) return undefined
  const { kind, id } = pair
  const target = guessing.found.get(record)!
  const words = tableWords(target.name)
  const seen = knownValues(table, kind.name, guessing)
  const same = seen.find(
    (value) =>
      wordsOf(value).map(singular).join(' ') === words.join(' ') ||
      wordsOf(value).map(singular).join(' ') === words.at(-1),
  )
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
  const options = [
    ...new Set([...(same === undefined ? [] : [same]), words.join('.'), target.name, pascal, ...seen]),
  ]
  const answer =
    same ??
    ask(guessing, {
      id: 'message.of',
      text: `What has ${qualifiedName(table)}.${kind.name} for messages of a row of ${qualifiedName(target)}?`,
      samples: describeValues(table, kind.name, guessing),
      options: options.map((value) => ({ value, label: value })),
      default: options[0]!,
      free: 'another value',
    })
  const confidence = same !== undefined ? 0.85 : isAnswered(guessing, 'message.of') ? 1 : 0.5
  decide(guessing, {
    place: 'message.of',
    choice: `${kind.name} = ${answer}`,
    confidence,
    reason: `${kind.name} and ${id.name} say what a message belongs to`,
  })
  return {
    record,
    id: id.name,
    condition: {
      sql: isOneOf(kind, [answer]),
      columns: [kind.name],
      confidence,
      reason: 'only those of one table count',
    },
  }
}

function findPair(table: CrmTable): { kind: CrmColumn; id: CrmColumn } | undefined {
  for (const id of table.columns) {
    const words = wordsOf(id.name)
    if (words.at(-1) !== 'id' || words.length < 2 || /^(sender|author|user|creator)$/.test(words[0]!))
      continue
    const stem = words.slice(0, -1).join(' ')
    const names = [
      `${stem} type`,
      `${stem} model`,
      ...(/^(res|record|object|model)$/.test(stem) ? ['model', 'record type', 'object type'] : []),
    ]
    const kind = table.columns.find((column) => isText(column) && names.includes(say(column)))
    if (kind !== undefined) return { kind, id }
  }
  return undefined
}
