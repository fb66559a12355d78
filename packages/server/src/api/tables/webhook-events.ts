import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import { memberSizes } from '../../rest/request/member-sizes.ts'
import { inRow } from '../../rest/request/row-place.ts'
import type { TableRules } from '../../rest/schema-cache/table-rules.ts'
import { placeOf, readEventNames, unknownEvents } from './event-names.ts'
import { parseEachRow } from './field-problems.ts'

const MAX_ROWS = 1_000

const SIZED = new Set(['data', 'previous'])

/** Limit on `data` and `previous` together, as sent. */
const MAX_EVENT_BYTES = 256 * 1024

const NO_TIME = phrase('field.timeOrNone')

const object = z.record(z.string(), z.unknown(), phrase('field.json'))

const eventSchema = z.object({
  id: z.guid(phrase('field.uuid')).optional(),
  organization_id: z.guid(phrase('field.uuid')),
  event: z.string(phrase('field.eventSuchAs')),
  data: object,
  previous: object.nullish(),
  timestamp: z.iso.datetime({ offset: true, error: NO_TIME }).optional(),
  source: z
    .string(phrase('field.text'))
    .max(100, phrase('field.long', { count: 100 }))
    .optional(),
})

/**
 * Inserting an event emits it, once per id. Rows are validated here but stored from the request's own text, so that
 * receivers get numbers and key order unchanged.
 */
export const webhookEventRules: TableRules = {
  writable: Object.keys(eventSchema.shape),
  insert: 'idempotent',
  async beforeInsert(connection, rows, _principal, _disclose, text) {
    const named = checkEvents(rows, text)
    const names = await readEventNames(connection)
    const wrong = [...named].filter((name) => !names.includes(name))
    const given = rows.map(({ event }) => (typeof event === 'string' ? [event] : []))
    if (wrong.length > 0) throw unknownEvents('event', wrong, names, placeOf(given, wrong))
    return undefined
  },
}

/**
 * Checks everything that needs no database. `text` is the rows' original text. @returns the event types that the rows
 * name
 * @throws ApiError
 */
export function checkEvents(rows: readonly JsonObject[], text: string): Set<string> {
  if (rows.length > MAX_ROWS) {
    throw new ApiError(413, '54000', phrase('events.many', { count: rows.length }), {
      hint: phrase('events.manyHint', { count: MAX_ROWS }),
    })
  }
  const named = new Set(parseEachRow(eventSchema, rows).map(({ event }) => event))
  for (const [index, size] of memberSizes(text, SIZED).entries()) requireSize(size, index, rows.length)
  requireTimesInAllOrNone(rows)
  return named
}

/** @throws ApiError 413 */
export function requireSize(size: number, index = 0, count = 1): void {
  if (size <= MAX_EVENT_BYTES) return
  const problem = ofField('data', phrase('field.eventSize', { size: Math.ceil(size / 1_024) }))
  throw new ApiError(413, '54000', inRow(index, count, problem), {
    details: 'data',
    hint: phrase('events.sizeHint', { size: MAX_EVENT_BYTES / 1_024 }),
  })
}

/** A bulk insert gives all rows the same columns: an omitted time would become null instead of now. */
function requireTimesInAllOrNone(rows: readonly JsonObject[]): void {
  const isTimed = (row: JsonObject): boolean => row['timestamp'] !== undefined
  const other = rows.findIndex((row) => isTimed(row) !== isTimed(rows[0]!))
  if (other !== -1) {
    const problem = ofField('timestamp', phrase('field.timesInSome'))
    throw new ApiError(400, '22023', inRow(other, rows.length, problem), {
      details: 'timestamp',
      hint: phrase('events.timesHint'),
    })
  }
}
