import { quoteLiteral } from '../database/identifiers.ts'
import type { RecordName } from '../domain/event-types/records.ts'
import type { CapturedTable } from './captured-table.ts'
import { writtenRow } from './event-select.ts'

/** Event types, each with its SQL condition over the current row `n`. */
export type Conditions = [event: string, condition: string][]

/** The conditions to emit the events of an insert for a row in its current state. */
export function insertedConditions(table: CapturedTable): Conditions {
  const row = writtenRow(table, 'insert')
  return table.rules.flatMap(({ event, onInsert }): Conditions =>
    onInsert === undefined ? [] : [[event, onInsert(row)]],
  )
}

const UPDATED: Readonly<Partial<Record<RecordName, string>>> = {
  contact: 'contact.updated',
  deal: 'deal.updated',
  conversation: 'conversation.status.changed',
}

/**
 * The conditions to emit the events of an update. A record without an update event, and a row with events of the
 * operator's own, emits the events of the state it has reached.
 */
export function updatedConditions(table: CapturedTable): Conditions {
  const updated = table.record === undefined ? undefined : UPDATED[table.record]
  if (updated !== undefined) return [[updated, 'true']]
  return insertedConditions(table).filter(([event]) => !ARRIVALS.has(event))
}

/** A message is received once, when it is inserted. */
const ARRIVALS = new Set(['message.received', 'broadcast.response'])

/**
 * A drift does not record whether a row was inserted or updated. Only rows created during the drift count as inserted.
 */
export function driftConditions(table: CapturedTable, since: string): Conditions {
  const arrived = table.columns.get('created_at')
  const isNew =
    arrived?.source === undefined ? 'false' : `${arrived.value('n')} >= ${quoteLiteral(since)}::timestamptz`
  const arrivals = insertedConditions(table).filter(([event]) => ARRIVALS.has(event))
  return [
    ...updatedConditions(table),
    ...arrivals.map(([event, condition]): [string, string] => [event, `${isNew} and ${condition}`]),
  ]
}

/** SQL of the time of a row's last change, as timestamptz. */
export function changeTimeSql({ columns }: Pick<CapturedTable, 'columns'>): string | undefined {
  const times = ['updated_at', 'created_at'].flatMap((name) => {
    const column = columns.get(name)
    return column?.source === undefined ? [] : [column.value('n')]
  })
  return times.length === 0 ? undefined : `coalesce(${times.join(', ')})`
}
