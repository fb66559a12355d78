/** What the request body of an event is made of. */
export interface EventParts {
  event: string
  /** JSON text, as it was given. */
  data: string
  /** JSON text, as it was given; null: none. */
  previous: string | null
  /** When it happened, as ISO 8601 or as PostgreSQL prints it. */
  timestamp: string
}

/**
 * Returns the request body, byte for byte as `webhooks_internal.event_body` does: later attempts take it from the database.
 */
export function buildEventBody({ event, data, previous, timestamp }: EventParts): string {
  const happenedAt = toMilliseconds(timestamp)
  const tail = previous === null ? '' : `,"previous":${previous}`
  return `{"event":${JSON.stringify(event)},"timestamp":"${happenedAt}","data":${data}${tail}}`
}

/** PostgreSQL truncates to milliseconds, and so does `Date`. Its offsets may lack minutes: `+00`. */
function toMilliseconds(timestamp: string): string {
  return new Date(timestamp.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString()
}
