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

const NO_TIME = 'must be an ISO 8601 time with an offset, such as "2025-01-15T10:30:00Z", or omitted'

const object = z.record(z.string(), z.unknown(), 'must be a JSON object')

const eventSchema = z.object({
  id: z.guid('must be a UUID').optional(),
  organization_id: z.guid('must be a UUID'),
  event: z.string('must be an event type, such as "contact.created"'),
  data: object,
  previous: object.nullish(),
  timestamp: z.iso.datetime({ offset: true, error: NO_TIME }).optional(),
  source: z.string('must be a string').max(100, 'must not be longer than 100 characters').optional(),
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
    throw new ApiError(413, '54000', `the request has ${rows.length} events`, {
      hint: `Send at most ${MAX_ROWS} events per request.`,
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
  const problem = `data: the event has ${Math.ceil(size / 1_024)} KiB, which is too large`
  throw new ApiError(413, '54000', inRow(index, count, problem), {
    details: 'data',
    hint: `The data and previous of an event can have at most ${MAX_EVENT_BYTES / 1_024} KiB together. Send an id that receivers can fetch the rest with.`,
  })
}

/** A bulk insert gives all rows the same columns: an omitted time would become null instead of now. */
function requireTimesInAllOrNone(rows: readonly JsonObject[]): void {
  const isTimed = (row: JsonObject): boolean => row['timestamp'] !== undefined
  const other = rows.findIndex((row) => isTimed(row) !== isTimed(rows[0]!))
  if (other !== -1) {
    const problem = 'timestamp: is set in some rows only, unlike row 0'
    throw new ApiError(400, '22023', inRow(other, rows.length, problem), {
      details: 'timestamp',
      hint: 'Set it in all rows or in none.',
    })
  }
}
