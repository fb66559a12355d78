import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import type { CapturedTable, Operation } from './captured-table.ts'
import { changeSql } from './captured-table.ts'
import type { RowSql } from './event-rules.ts'

/** The source of the rows, and the SQL that depends on it. */
export interface RowSource {
  /** FROM items that provide the row `n` and, for an update, its old version `o`. A deleted row is `n`. */
  from: string
  /** A further condition on the rows, evaluated before anything else; undefined: all rows. */
  where?: string
  /** SQL of the event's `data`. */
  data: string
  /** SQL of the `data` of the old version. */
  oldData?: string
  row: RowSql
  /** SQL of `previous` as JSON text; undefined: none. */
  previous?: string
  /** FROM items that `row` and `previous` refer to. */
  change?: string
}

/** How the events are stored. */
export interface EventTarget {
  /** `webhook_events.source`. */
  origin: string
  /** SQL of the event's id from its type, for events that may be inserted twice; undefined: a new id. */
  id?: (event: string) => string
}

const CAPTURED: EventTarget = { origin: 'crm' }

/**
 * Builds the SQL conditions for the columns that the table has now.
 * @param valueOf SQL of a field of the row with an alias, `n` or `o`; default: read from its columns
 */
export function writtenRow(
  { columns, firstTimes }: CapturedTable,
  operation: Operation,
  valueOf?: (name: string, alias: string) => string,
): RowSql {
  const findColumn = (name: string) => {
    const column = columns.get(name)
    if (column === undefined) throw new Error(`${name} is not captured`)
    return column
  }
  const read = valueOf ?? ((name, alias) => findColumn(name).value(alias))
  const isChanged = (name: string): string => changeSql(findColumn(name)) ?? 'false'
  return {
    value: (name) => read(name, 'n'),
    has: (name) => columns.get(name)?.source !== undefined,
    isChanged,
    isAnyChangedBut: (apart) =>
      [...columns.keys()]
        .filter((name) => !apart.includes(name) && name !== 'updated_at')
        .map(isChanged)
        .filter((condition) => condition !== 'false')
        .join('\n    or ') || 'false',
    isFirst(status) {
      if (firstTimes === 'noted')
        return `${read(`${status}_at`, 'o')} is null and ${read(`${status}_at`, 'n')} is not null`
      return `${read('status', 'n')} = ${quoteLiteral(status)} and ${read('status', 'o')} is distinct from ${quoteLiteral(status)}`
    },
    change: (condition) => changeCondition(condition, operation),
  }
}

/** A condition of the map over `old` and `new`, of which an insert and a delete have one only. */
function changeCondition(condition: string, operation: Operation): string {
  const none = (name: string): string =>
    `(select ${name}.* from (select) as one left join lateral (select n.*) as ${name} on false) as ${name}`
  const row = (name: string, alias: string): string => `(select ${alias}.*) as ${name}`
  const [older, newer] = {
    insert: [none('old'), row('new', 'n')],
    update: [row('old', 'o'), row('new', 'n')],
    delete: [row('old', 'n'), none('new')],
  }[operation]
  return `coalesce((select (${condition}\n) from ${older}, ${newer}), false)`
}

/** Builds the INSERT of the events of new rows, or of deleted ones. */
export function insertWhole(
  table: CapturedTable,
  source: RowSource,
  operation: Exclude<Operation, 'update'>,
): string {
  const values = table.rules.flatMap((rule) => {
    const isSo = (operation === 'insert' ? rule.onInsert : rule.onDelete)?.(source.row)
    if (isSo === undefined) return []
    const previous = operation === 'insert' ? rule.insertPrevious : undefined
    return [
      `(${quoteLiteral(rule.event)}, ${table.where === undefined ? isSo : `case when holds.is_so then ${isSo} end`}, ${jsonLiteral(previous)})`,
    ]
  })
  return insertEvents(table, source, CAPTURED, {
    joins: [...writeHolds(table), writeHappened(values)].join('\n'),
    previous: 'happened.previous',
  })
}

/** `offset 0` keeps the planner from asking for the condition once for each event type. */
const writeHolds = ({ where }: CapturedTable): string[] =>
  where === undefined ? [] : [`cross join lateral (select ${where('n')} as is_so offset 0) as holds`]

/** Builds the INSERT of one event per row and type whose condition holds. */
export function insertStated(
  table: CapturedTable,
  source: RowSource,
  conditions: readonly (readonly [event: string, condition: string])[],
  target: EventTarget,
): string {
  const isAsked = (condition: string): string =>
    source.where === undefined ? condition : `case when ${source.where} then ${condition} end`
  const values = conditions.map(
    ([event, condition]) => `(${quoteLiteral(event)}, ${isAsked(condition)}, null::json)`,
  )
  return insertEvents(table, source, target, { joins: writeHappened(values), previous: 'happened.previous' })
}

/**
 * Builds the INSERT of the events of updated rows. A row that moves to another organization is new there: its old
 * values are not disclosed, and the old organization gets no event. A row that comes to meet the condition of the map is
 * new, too, and one that no longer does is deleted, with the values that it had.
 */
export function insertChanged(table: CapturedTable, source: RowSource): string {
  const phases = writePhases(table)
  const values = table.rules.flatMap((rule) => {
    const onUpdate = rule.onUpdate?.(source.row)
    const onEnter = phases.entered === undefined ? undefined : rule.onInsert?.(source.row)
    const onLeave = phases.left === undefined ? undefined : rule.onDelete?.(source.row)
    if (onUpdate === undefined && onEnter === undefined && onLeave === undefined) return []
    const cases = [
      ...(phases.entered === undefined ? [] : [`when ${phases.entered} then ${onEnter ?? 'false'}`]),
      ...(phases.left === undefined ? [] : [`when ${phases.left} then ${onLeave ?? 'false'}`]),
    ]
    const stays =
      phases.left === undefined ? (onUpdate ?? 'false') : `(phase.stays and (${onUpdate ?? 'false'}))`
    const isSo = cases.length === 0 ? stays : `case ${cases.join(' ')} else ${stays} end`
    return [`(${quoteLiteral(rule.event)}, ${isSo}, ${jsonLiteral(rule.insertPrevious)})`]
  })
  const previous = source.previous === undefined ? 'null::json' : `${source.previous}::json`
  const data =
    phases.left === undefined || source.oldData === undefined || !table.rules.some((rule) => rule.onDelete)
      ? source.data
      : `case when ${phases.left} then ${source.oldData} else ${source.data} end`
  return insertEvents(table, { ...source, data }, CAPTURED, {
    joins: [
      ...(source.change === undefined ? [] : [source.change]),
      ...phases.joins,
      writeHappened(values),
    ].join('\n'),
    previous: writeUpdatePrevious(phases, previous),
  })
}

function writeUpdatePrevious({ entered, left }: Phases, previous: string): string {
  if (entered === undefined) return previous
  const none = left === undefined ? '' : ` when ${left} then null::json`
  return `case when ${entered} then happened.previous${none} else ${previous} end`
}

/** What an update means for the subscribers of a row. */
interface Phases {
  joins: string[]
  /** SQL: the row is new to them; undefined: no update makes it so. */
  entered: string | undefined
  /** SQL: the row is gone for them. */
  left: string | undefined
}

function writePhases({ where, organization: { isMoved } }: CapturedTable): Phases {
  if (where === undefined) {
    if (isMoved === undefined) return { joins: [], entered: undefined, left: undefined }
    const joins = [`cross join lateral (select ${isMoved} as is_so) as moved`]
    return { joins, entered: 'moved.is_so', left: undefined }
  }
  const isNew = isMoved === undefined ? 'not meets.before' : `(not meets.before or ${isMoved})`
  return {
    joins: [
      `cross join lateral (select coalesce(${where('n')}, false) as now, coalesce(${where('o')}, false) as before offset 0) as meets`,
      `cross join lateral (select meets.now and ${isNew} as entered, meets.before and not meets.now${isMoved === undefined ? '' : ` and not (${isMoved})`} as left_it, meets.now and meets.before as stays) as phase`,
    ],
    entered: 'phase.entered',
    left: 'phase.left_it',
  }
}

const writeHappened = (values: readonly string[]): string =>
  `cross join lateral (values\n  ${values.join(',\n  ')}\n) as happened (event, is_so, previous)`

const jsonLiteral = (json: string | undefined): string =>
  json === undefined ? 'null::json' : `${quoteLiteral(json)}::json`

function insertEvents(
  table: CapturedTable,
  source: RowSource,
  { origin, id }: EventTarget,
  { joins, previous }: { joins: string; previous: string },
): string {
  const { expression, joins: toOrganization } = table.organization
  // `case` guarantees that the condition is evaluated first.
  const isSo =
    source.where === undefined
      ? ['happened.is_so', `${expression} is not null`]
      : [source.where, 'happened.is_so', `case when ${source.where} then ${expression} end is not null`]
  const found = [`from ${source.from}`, toOrganization, joins, `where ${isSo.join(' and ')}`]
    .filter((part) => part !== '')
    .join('\n')
  const into = `insert into webhooks.webhook_events (${id === undefined ? '' : 'id, '}organization_id, event, data, previous, source)`
  const idSql = (event: string): string => (id === undefined ? '' : `${id(event)}, `)
  const twice = id === undefined ? '' : '\non conflict do nothing'
  if (table.record !== 'message' || table.firstTimes === 'noted') {
    return `${into}\nselect ${idSql('happened.event')}${expression}, happened.event, ${source.data}, ${previous}, ${quoteLiteral(origin)}\n${found}${twice}`
  }
  const recordId = table.columns.get('id')?.value('n') ?? 'null::text'
  const always = `('message.received', 'broadcast.response', 'message.deleted')`
  return `with found as materialized (
  select ${id === undefined ? 'null::uuid' : id('happened.event')} as id, ${expression} as organization_id, happened.event,
    ${source.data} as data, ${previous} as previous, ${recordId} as record_id
${indent(found)}
),
-- Each status of a message once, wherever it went in between.
first as (
  insert into webhooks_internal.reached_statuses (organization_id, record_id, event)
  select found.organization_id, found.record_id, found.event from found where found.event not in ${always}
  on conflict do nothing
  returning organization_id, record_id, event
)
${into}
select ${id === undefined ? '' : 'found.id, '}found.organization_id, found.event, found.data, found.previous, ${quoteLiteral(origin)}
from found
where found.event in ${always}
  or (found.organization_id, found.record_id, found.event) in (
    select first.organization_id, first.record_id, first.event from first
  )${twice}`
}

/** `data` with exactly the columns of the map. */
export function columnsData(columns: Iterable<readonly [string, string]>): string {
  const list = Array.from(columns, ([name, value]) => `${value} as ${quoteIdentifier(name)}`)
  return `(\n  select row_to_json(r.*) from (select\n    ${list.join(',\n    ')}\n  ) as r\n)`
}

export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
