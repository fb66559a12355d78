import type { RecordName } from '../domain/event-types/records.ts'
import type { EventEntry } from './map/map-schema.ts'

/** SQL conditions about a row and, for an update, its old version. */
export interface RowSql {
  /** The column's value in the new row, by its name in events. */
  value(column: string): string
  has(column: string): boolean
  isChanged(column: string): string
  isAnyChangedBut(columns: readonly string[]): string
  /** Tests if this time, which the database maintains, was set for the first time. */
  isFirst(column: string): string
  /** A condition of the map over `old` and `new`. */
  change(condition: string): string
}

/** An event type and the changes of a row that emit it; undefined: no change of that kind does. */
export interface EventRule {
  event: string
  onInsert?(row: RowSql): string
  onUpdate?(row: RowSql): string
  onDelete?(row: RowSql): string
  /** `previous` of an update event: the old values of all changed columns. */
  hasPrevious?: true
  /** JSON, for an insert event. */
  insertPrevious?: string
}

const always = (): string => 'true'

const created = (event: string): EventRule => ({ event, onInsert: always })

const updated = (event: string, apart: readonly string[]): EventRule => ({
  event,
  onUpdate: (row) => row.isAnyChangedBut(apart),
  hasPrevious: true,
})

const changed = (event: string, column: string): EventRule => ({
  event,
  onUpdate: (row) => row.isChanged(column),
  hasPrevious: true,
})

/** Assigning to null is not an assignment. */
const assigned = (event: string): EventRule => ({
  event,
  onInsert: (row) => `${row.value('assigned_to')} is not null`,
  insertPrevious: '{"assigned_to":null}',
  onUpdate: (row) => `${row.isChanged('assigned_to')} and ${row.value('assigned_to')} is not null`,
  hasPrevious: true,
})

const isInbound = (row: RowSql): string => `${row.value('direction')} = 'inbound'`

/** Emitted once per message, whatever happens to its status later. */
const reached = (status: string): EventRule => ({
  event: `message.${status}`,
  onInsert: (row) => `${row.value('direction')} = 'outbound' and ${row.value('status')} = '${status}'`,
  onUpdate: (row) => `${row.value('direction')} = 'outbound' and ${row.isFirst(status)}`,
})

const isRecorded = (row: RowSql): string =>
  `${row.has('provider') ? `${row.value('provider')} = 'zoom' and ` : ''}${row.value('recording_status')} = 'completed'`

/**
 * Which changes emit which events, in the order of emission if one change emits several. An update that changes nothing
 * emits nothing. A change of `updated_at` alone does not count.
 */
export const RULES: Readonly<Record<RecordName, readonly EventRule[]>> = {
  contact: [
    created('contact.created'),
    updated('contact.updated', ['assigned_to']),
    assigned('contact.assigned'),
  ],
  deal: [
    created('deal.created'),
    updated('deal.updated', ['assigned_to', 'stage']),
    changed('deal.stage.changed', 'stage'),
    assigned('deal.assigned'),
  ],
  conversation: [
    created('conversation.created'),
    changed('conversation.status.changed', 'status'),
    assigned('conversation.assigned'),
  ],
  message: [
    { event: 'message.received', onInsert: isInbound },
    {
      event: 'broadcast.response',
      onInsert: (row) => `${isInbound(row)} and ${row.value('broadcast_id')} is not null`,
    },
    ...['sent', 'delivered', 'read', 'failed'].map(reached),
  ],
  meeting: [
    {
      event: 'zoom.recording.completed',
      onInsert: isRecorded,
      onUpdate: (row) => `${row.isChanged('recording_status')} and ${isRecorded(row)}`,
    },
  ],
}

const deleted = (record: RecordName): EventRule => ({ event: `${record}.deleted`, onDelete: always })

/** The rules of a record's table; `deletes`: it emits deletions, too. */
export const rulesOf = (record: RecordName, deletes: boolean): readonly EventRule[] =>
  deletes ? [...RULES[record], deleted(record)] : RULES[record]

/** The rule of an event of the operator's own. Without a condition, an update has to change a field of its data. */
export function ruleOfEvent({ type, on, when }: EventEntry): EventRule {
  const isSo = (row: RowSql): string => (when === undefined ? 'true' : row.change(when))
  return {
    event: type,
    ...(on.includes('insert') ? { onInsert: isSo } : {}),
    ...(on.includes('update')
      ? {
          onUpdate: (row) => (when === undefined ? row.isAnyChangedBut([]) : row.change(when)),
          hasPrevious: true,
        }
      : {}),
    ...(on.includes('delete') ? { onDelete: isSo } : {}),
  }
}

/** `previous` of the event of an inserted row, as JSON; undefined: it has none. */
export const insertedPrevious = (rules: readonly EventRule[], event: string): string | undefined =>
  rules.find((rule) => rule.event === event)?.insertPrevious
