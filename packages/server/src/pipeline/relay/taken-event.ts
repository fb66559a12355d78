/** An event that a source has taken. */
export interface TakenEvent {
  /** Names it among the events that this node holds. */
  key: number
  id: string
  organization_id: string
  event: string
  /** The origin of the change; null: none was given. */
  origin: string | null
  /** The trace of the event; null: none. */
  traceparent: string | null
  /** The request body of every delivery of this event. */
  body: string
  /** When it was created, in Unix milliseconds. */
  created_ms: number
}
