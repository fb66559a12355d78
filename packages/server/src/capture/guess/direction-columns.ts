import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'
import { findColumnsLike } from './column-names.ts'
import type { Direction, Side } from './direction.ts'
import { directionByCondition, directionByValue, isSet } from './direction.ts'
import type { Guessing } from './guessing.ts'
import { isClosedSet, knownValues } from './known-values.ts'
import { labelColumn } from './label-column.ts'
import { isText, isWhole } from './plain-columns.ts'
import { isSameTable, isUserTable, referenceOf, referencesOf } from './references.ts'
import type { SampleRow } from './samples.ts'
import { DIRECTIONS, translate } from './vocabularies.ts'
import { tableWords, wordsOf } from './words.ts'
import { nameSql } from './write-sql.ts'

type Look = (table: CrmTable, guessing: Guessing) => Direction | undefined

const sideOf = (value: string): Side | undefined => translate(value, DIRECTIONS) as Side | undefined

/** Users are those of the CRM, unless they are the only ones beside those. */
function sidesOf(values: readonly string[]): Record<string, Side> {
  const sides = values.flatMap((value): [string, Side][] => {
    const side = sideOf(value)
    return side === undefined ? [] : [[value, side]]
  })
  const isAlone = sides.length > 1 && sides.every(([, side]) => side === 'outbound')
  return Object.fromEntries(
    sides.map(([value, side]) => [value, isAlone && /^users?$/i.test(value) ? 'inbound' : side]),
  )
}

const hasBoth = (sides: Readonly<Record<string, Side>>): boolean => new Set(Object.values(sides)).size === 2

const KINDS = /^(direction|way|flow|type|kind|sender|author|origin|role|by|from)$/

/** A column whose values are known, and are words for both directions. */
const byWords: Look = (table, guessing) => {
  const columns = table.columns.filter(
    (column) => isText(column) && wordsOf(column.name).some((word) => KINDS.test(word)),
  )
  for (const column of [...findColumnsLike('direction', table).map((one) => one.column), ...columns]) {
    const values = knownValues(table, column.name, guessing)
    const sides = sidesOf(values)
    if (!isText(column) || !hasBoth(sides)) continue
    const hasOthers =
      values.some((value) => sides[value] === undefined) || !isClosedSet(table, column, guessing)
    return directionByValue(column, sides, {
      hasOthers,
      confidence: 0.93,
      reason: `its values are ${values.join(', ')}`,
    })
  }
  return undefined
}

/** A column of directions whose values could not all be seen: written in one of the usual ways. */
const byName: Look = (table, guessing) => {
  const column = findColumnsLike('direction', table).find((one) => isText(one.column))?.column
  if (column === undefined) return undefined
  const name =
    column.labels === null ? `lower(${nameSql(column.name)})` : `lower(${nameSql(column.name)}::text)`
  const values = knownValues(table, column.name, guessing)
  return directionByCondition(`${name} in ('inbound', 'incoming', 'in')`, [column.name], {
    where: [`${name} in ('inbound', 'incoming', 'in', 'outbound', 'outgoing', 'out')`],
    confidence: 0.75,
    reason: `its name says so; of its values, ${values.join(', ') || 'none'} could be seen`,
  })
}

const FLAGS: readonly [pattern: RegExp, isInbound: boolean][] = [
  [/^(is )?(inbound|incoming|received)$|from (customer|contact|client|lead|visitor|user)$/, true],
  [
    /^(is )?(outbound|outgoing)$|^(is )?(from me|from (agent|staff|us|business|admin)|sent by (us|agent|user|me|staff))$/,
    false,
  ],
]

const byFlag: Look = (table) => {
  for (const column of table.columns.filter(({ type }) => type === 'boolean')) {
    const found = FLAGS.find(([pattern]) => pattern.test(wordsOf(column.name).join(' ')))
    if (found === undefined) continue
    const name = nameSql(column.name)
    return directionByCondition(found[1] ? name : `not ${name}`, [column.name], {
      confidence: 0.9,
      reason: `the flag ${column.name} says it`,
    })
  }
  return undefined
}

/** A small table of kinds of senders, such as agent, customer and system. */
const byLookup: Look = (table, guessing) => {
  for (const { column: name, table: to, key } of referencesOf(table, guessing.tables)) {
    const label = isUserTable(to) ? undefined : labelColumn(to)
    const column = table.columns.find((one) => one.name === name)!
    if (label === undefined || [...guessing.found.values()].includes(to)) continue
    const rows = guessing.sample(to) ?? []
    if (rows.length > 25) continue
    const pairs = rows.flatMap((row): [string, Side][] => {
      const side = sideOf(row[label.name] ?? '')
      const value = row[key]
      return side === undefined || value === undefined || value === null ? [] : [[value, side]]
    })
    const sides = Object.fromEntries(pairs)
    if (hasBoth(sides))
      return directionByValue(column, sides, {
        hasOthers: pairs.length < rows.length,
        confidence: 0.92,
        reason: `${qualifiedName(to)} has ${rows.map((row) => row[label.name]).join(', ')}`,
      })
  }
  return undefined
}

/** Numbers, of which rows tell which go with a sender that is a customer. */
const byNumbers: Look = (table, guessing) => {
  const sender = findColumnsLike('sender', table).find(({ column }) => isText(column))?.column
  const number = table.columns.find(
    (column) =>
      isWhole(column) &&
      !referenceOf(table, column, guessing.tables) &&
      /(direction|message type|kind)$/.test(wordsOf(column.name).join(' ')),
  )
  if (number === undefined) return undefined
  const rows = guessing.sample(table) ?? []
  const seen = sender === undefined ? {} : sidesByNumber(rows, number, sender)
  const inbound = Object.keys(seen).find((value) => seen[value] === 'inbound')
  const others = knownValues(table, number.name, guessing).filter((value) => seen[value] === undefined)
  if (hasBoth(seen))
    return directionByValue(number, seen, {
      hasOthers: true,
      confidence: others.length === 0 ? 0.8 : 0.65,
      reason: `as ${sender!.name} says${others.length === 0 ? '' : `; unknown: ${others.join(', ')}`}`,
    })
  const first = inbound ?? '0'
  return directionByValue(
    number,
    { [first]: 'inbound', [String(Number(first) + 1)]: 'outbound' },
    {
      hasOthers: true,
      confidence: inbound === undefined ? 0.4 : 0.5,
      reason:
        inbound === undefined
          ? 'numbers, whose meaning is not in the database'
          : `${inbound} goes with ${sender!.name} of a customer; the next number is presumed`,
    },
  )
}

function sidesByNumber(
  rows: readonly SampleRow[],
  number: CrmColumn,
  sender: CrmColumn,
): Record<string, Side> {
  const votes = new Map<string, Set<Side>>()
  for (const row of rows) {
    const value = row[number.name]
    const side = sideOf(row[sender.name] ?? '')
    if (value === null || value === undefined || side === undefined) continue
    votes.set(value, (votes.get(value) ?? new Set()).add(side))
  }
  const clear = [...votes].filter(([, sides]) => sides.size === 1)
  return Object.fromEntries(clear.map(([value, sides]) => [value, [...sides][0]!]))
}

/** Who wrote it: a column for customers and one for users, of which one is set. */
const byAuthor: Look = (table, guessing) => {
  const contacts = guessing.found.get('contact')
  const references = referencesOf(table, guessing.tables).filter(
    ({ column }) => !guessing.facts(table, column).isNotNull,
  )
  const customer = references.find(
    (one) => isSameTable(one.table, contacts) && !isSameTable(contacts, userOf(references)?.table),
  )
  const user = userOf(references)
  if (customer === undefined || user === undefined) return undefined
  const rows = guessing.sample(table) ?? []
  const both = rows.filter((row) => row[customer.column] !== null && row[user.column] !== null).length
  const isClear = both === 0
  return directionByCondition(
    isClear ? isSet(customer.column) : `${nameSql(user.column)} is null`,
    [customer.column, user.column],
    {
      confidence: isClear ? 0.85 : 0.6,
      reason: `${customer.column} or ${user.column} says who wrote it${isClear ? '' : '; rows have both'}`,
    },
  )
}

const userOf = (references: ReturnType<typeof referencesOf>) =>
  references.find(({ table }) => isUserTable(table))

/** The type of the sender, if only that of customers is known. */
const bySender: Look = (table, guessing) => {
  const column = findColumnsLike('sender', table).find((one) => isText(one.column))?.column
  if (column === undefined) return undefined
  const sides = sidesOf(knownValues(table, column.name, guessing))
  const inbound = Object.keys(sides).filter((value) => sides[value] === 'inbound')
  if (inbound.length === 0) return undefined
  const values = inbound.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')
  return directionByCondition(`${nameSql(column.name)} in (${values})`, [column.name], {
    confidence: 0.6,
    reason: `only ${inbound.join(', ')} is known of ${column.name}`,
  })
}

/** A table with a row for each message and mailbox, which has the direction. */
const beside: Look = (table, guessing) => {
  for (const from of guessing.tables) {
    if (from === table || !tableWords(from.name).includes(tableWords(table.name).at(-1)!)) continue
    const reference = referencesOf(from, guessing.tables).find((one) => isSameTable(one.table, table))
    const found = reference && byWords(from, guessing)
    if (found !== undefined)
      return {
        ...found,
        confidence: 0.8,
        reason: `${from.name} has it, a row for each message`,
        beside: { table: from, column: reference!.column },
      }
  }
  return undefined
}

/** Ways to find a direction, the surest first. */
const LOOKS: readonly Look[] = [byNumbers, byWords, byFlag, byLookup, byAuthor, beside, byName, bySender]

export function findDirection(table: CrmTable, guessing: Guessing): Direction | undefined {
  const found = LOOKS.flatMap((look) => look(table, guessing) ?? [])
  const [first] = found
  return found.find(({ confidence }) => confidence >= 0.65) ?? first
}
