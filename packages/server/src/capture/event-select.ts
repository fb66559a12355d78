import { quoteIdentifier, quoteLiteral } from '../database/identifiers.ts'
import type { CapturedTable } from './captured-table.ts'
import { changeSql } from './captured-table.ts'
import type { RowSql } from './event-rules.ts'
import { RULES } from './event-rules.ts'

/** The source of the rows, and the SQL that depends on it. */
export interface RowSource {
  /** FROM items that provide the row `n` and, for an update, its old version `o`. */
  from: string
  /** A further condition on the rows, evaluated before anything else; undefined: all rows. */
  where?: string
  /** SQL of the event's `data`. */
  data: string
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

/** Builds the SQL conditions for the columns that the table has now. */
export function writtenRow({ columns, firstTimes }: CapturedTable): RowSql {
  const findColumn = (name: string) => {
    const column = columns.get(name)
    if (column === undefined) throw new Error(`${name} is not captured`)
    return column
  }
  const isChanged = (name: string): string => changeSql(findColumn(name)) ?? 'false'
  return {
    value: (name) => findColumn(name).value('n'),
    has: (name) => columns.get(name)?.source !== undefined,
    isChanged,
    isAnyChangedBut: (apart) =>
      [...columns.keys()]
        .filter((name) => !apart.includes(name) && name !== 'updated_at')
        .map(isChanged)
        .filter((condition) => condition !== 'false')
        .join('\n    or ') || 'false',
    isFirst(status) {
      if (firstTimes === 'noted') {
        const { value } = findColumn(`${status}_at`)
        return `${value('o')} is null and ${value('n')} is not null`
      }
      const { value } = findColumn('status')
      return `${value('n')} = ${quoteLiteral(status)} and ${value('o')} is distinct from ${quoteLiteral(status)}`
    },
  }
}

/** Builds the INSERT of the events of new rows. */
export function insertCreated(table: CapturedTable, source: RowSource): string {
  const values = RULES[table.record].flatMap(({ event, onInsert, insertPrevious }) =>
    onInsert === undefined
      ? []
      : [`(${quoteLiteral(event)}, ${onInsert(source.row)}, ${jsonLiteral(insertPrevious)})`],
  )
  return insertEvents(table, source, CAPTURED, {
    joins: writeHappened(values),
    previous: 'happened.previous',
  })
}

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
 * values are not disclosed, and the old organization gets no event.
 */
export function insertChanged(table: CapturedTable, source: RowSource): string {
  const { isMoved } = table.organization
  const values = RULES[table.record].flatMap((rule) => {
    const onUpdate = rule.onUpdate?.(source.row)
    const onMove = isMoved === undefined ? undefined : rule.onInsert?.(source.row)
    if (onUpdate === undefined && onMove === undefined) return []
    const isSo =
      isMoved === undefined
        ? (onUpdate ?? 'false')
        : `case when moved.is_so then ${onMove ?? 'false'} else ${onUpdate ?? 'false'} end`
    return [`(${quoteLiteral(rule.event)}, ${isSo}, ${jsonLiteral(rule.insertPrevious)})`]
  })
  const previous = source.previous === undefined ? 'null::json' : `${source.previous}::json`
  const moved = isMoved === undefined ? [] : [`cross join lateral (select ${isMoved} as is_so) as moved`]
  return insertEvents(table, source, CAPTURED, {
    joins: [...(source.change === undefined ? [] : [source.change]), ...moved, writeHappened(values)].join(
      '\n',
    ),
    previous:
      isMoved === undefined ? previous : `case when moved.is_so then happened.previous else ${previous} end`,
  })
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
  const always = `('message.received', 'broadcast.response')`
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
