/** An event on its way through the streams. */
export interface StreamedEvent {
  id: string
  organization_id: string
  event: string
  /** JSON text as given. */
  data: string
  /** JSON text as given. */
  previous: string | null
  /** As PostgreSQL reads it, with full precision. */
  timestamp: string
  source: string
  origin: string | null
  traceparent: string | null
  /** When it was accepted, in Unix milliseconds. */
  created_ms: number
}
