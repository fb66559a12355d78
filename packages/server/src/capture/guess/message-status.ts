import type { CrmColumn, CrmTable } from '../crm-tables.ts'
import { qualifiedName } from '../crm-tables.ts'
import { findColumnsLike } from './column-names.ts'
import type { Direction } from './direction.ts'
import { isSet } from './direction.ts'
import type { Guessing } from './guessing.ts'
import { ask, isAnswered } from './guessing.ts'
import { describeValues, isClosedSet, knownValues, parsePairs } from './known-values.ts'
import type { Proposal } from './plain-columns.ts'
import { isIdLike, isText, isWhole } from './plain-columns.ts'
import { MESSAGE_STATUSES, inSameCase, translations } from './vocabularies.ts'
import { nameSql, valueSql } from './write-sql.ts'

const PLACE = 'message.status'
/** The stages of a message, in the order that programs number them. */
const STAGES = '0=sent, 1=delivered, 2=read, 3=failed'
const KEEP = 'keep'

/** The status of a message: a column of it, or what its direction and its times say. */
export function proposeMessageStatus(table: CrmTable, direction: Direction, guessing: Guessing): Proposal {
  const column = findColumnsLike('status', table)
    .map((one) => one.column)
    .find((one) => (isText(one) || isWhole(one)) && !isIdLike(one) && !direction.columns.includes(one.name))
  if (column === undefined) return byTimes(table, direction)
  return isText(column)
    ? byTexts(table, column, direction, guessing)
    : byNumbers(table, column, direction, guessing)
}

const stateSql = (direction: Direction, cases: readonly string[], rest: string): string =>
  `case ${[`when ${direction.inbound} then 'received'`, ...cases].join(' ')} else ${rest} end`

/** Times that are set one after the other. */
function byTimes(table: CrmTable, direction: Direction): Proposal {
  const times = (['failed', 'read', 'delivered'] as const).flatMap((state) => {
    const column = findColumnsLike(`${state}_at`, table).find((one) =>
      /^(timestamp|date)/.test(one.column.type),
    )?.column
    return column === undefined ? [] : [{ state, name: column.name }]
  })
  const cases = times.map(({ state, name }) => `when ${isSet(name)} then '${state}'`)
  return {
    source: { sql: stateSql(direction, cases, `'sent'`) },
    columns: [],
    confidence: 0.8,
    reason: `no column has it; computed from the direction${times.length === 0 ? '' : ` and ${times.map(({ name }) => name).join(', ')}`}`,
  }
}

function byTexts(table: CrmTable, column: CrmColumn, direction: Direction, guessing: Guessing): Proposal {
  const known = knownValues(table, column.name, guessing)
  const isClosed = isClosedSet(table, column, guessing)
  const values = isClosed ? known : inSameCase(known, Object.keys(MESSAGE_STATUSES))
  const translated = translations(values, MESSAGE_STATUSES)
  const cases = Object.entries(translated).map(
    ([theirs, ours]) => `when ${nameSql(column.name)} = ${valueSql(column, theirs)} then '${ours}'`,
  )
  const hasReceived = known.some((value) => (translated[value] ?? value) === 'received')
  const text = column.labels === null ? nameSql(column.name) : `${nameSql(column.name)}::text`
  return {
    source: hasReceived
      ? cases.length === 0
        ? column.name
        : { column: column.name, values: translated }
      : { sql: stateSql(direction, cases, text) },
    columns: [column.name],
    confidence: 0.85,
    reason: hasReceived ? 'its values say so' : 'of messages to customers; those of customers are received',
  }
}

/** What numbers mean is in the program, not in the database. */
function byNumbers(table: CrmTable, column: CrmColumn, direction: Direction, guessing: Guessing): Proposal {
  const answer = ask(guessing, {
    id: PLACE,
    text: `What do the numbers in ${qualifiedName(table)}.${column.name} mean?`,
    samples: describeValues(table, column.name, guessing),
    options: [
      { value: STAGES, label: STAGES },
      { value: KEEP, label: 'something else: every message to a customer counts as sent' },
    ],
    default: STAGES,
    free: 'pairs such as 0=sent, 1=failed',
  })
  const pairs = Object.entries(parsePairs(answer))
  const cases = pairs.map(
    ([value, ours]) =>
      `when ${nameSql(column.name)} = ${valueSql(column, value)} then '${ours.replaceAll("'", "''")}'`,
  )
  return {
    source: { sql: stateSql(direction, cases, `'sent'`) },
    columns: [column.name],
    confidence: isAnswered(guessing, PLACE) ? 1 : 0.5,
    reason: isAnswered(guessing, PLACE) ? 'answered' : 'numbers, in the order that programs often choose',
  }
}
