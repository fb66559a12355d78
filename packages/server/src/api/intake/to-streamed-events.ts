import type { Principal } from '../../domain/principal.ts'
import { newId } from '../../domain/ids.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import { memberTexts } from '../../rest/request/member-texts.ts'
import type { StreamedEvent } from '../../streams/event-message.ts'
import { formatEventTime, readEventTime } from './read-event-time.ts'
import type { ReadablePost } from './readable-post.ts'

const JSON_MEMBERS = new Set(['data', 'previous'])
/** As the default of the column. */
const MAX_ORIGIN_LENGTH = 200

/**
 * Returns the events of a post as the database would store them; undefined if it might refuse one.
 * @param now when they are accepted, in Unix milliseconds
 */
export function toStreamedEvents(
  { text, rows }: ReadablePost,
  principal: Principal,
  now: number,
): StreamedEvent[] | undefined {
  const texts = memberTexts(`[${text}]`, JSON_MEMBERS)
  const origin = cutOrigin(principal.origin ?? '')
  const events: StreamedEvent[] = []
  for (const [index, row] of rows.entries()) {
    const timestamp = timeOf(row, now)
    if (timestamp === undefined) return undefined
    events.push({
      id: readText(row, 'id')?.toLowerCase() ?? newId(now),
      organization_id: readText(row, 'organization_id')!.toLowerCase(),
      event: readText(row, 'event')!,
      data: texts[index]!.get('data')!,
      previous: (row['previous'] ?? null) === null ? null : texts[index]!.get('previous')!,
      timestamp,
      source: readText(row, 'source') ?? 'api',
      origin,
      traceparent: principal.traceparent ?? null,
      created_ms: now,
    })
  }
  return events
}

function timeOf(row: JsonObject, now: number): string | undefined {
  const given = readText(row, 'timestamp')
  return given === undefined ? formatEventTime(now) : readEventTime(given)
}

/** The checks of events let only texts through. */
function readText(row: JsonObject, name: string): string | undefined {
  return row[name] as string | undefined
}

/** PostgreSQL counts characters, not UTF-16 units. */
function cutOrigin(origin: string): string | null {
  if (origin === '') return null
  return origin.length <= MAX_ORIGIN_LENGTH ? origin : Array.from(origin).slice(0, MAX_ORIGIN_LENGTH).join('')
}
