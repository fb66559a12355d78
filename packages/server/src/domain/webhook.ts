/** A row of `webhooks_internal.targets`: what sending needs of a webhook, as stored. */
export interface TargetRow {
  webhook_id: string
  url: string
  secret: string | null
  /** The one before it, while it still signs. */
  previous_secret: string | null
  sealed_headers: string | null
  timeout_ms: number | null
  max_in_flight: number | null
  is_healthy: boolean
  is_held: boolean
  /** Held, draining, or to be kept to a rate. */
  is_parked: boolean
}

/** Where and how to send: a webhook with its secrets opened. Lives in memory only, never in a log or an answer. */
export interface WebhookTarget {
  id: string
  url: string
  /** The current secret first; during a rotation the old one after it. Empty: requests are not signed. */
  secrets: readonly string[]
  headers: Readonly<Record<string, string>>
  /** Milliseconds for a whole attempt. */
  timeout: number
  /** Requests under way at once, in this process. */
  maxInFlight: number
  isHealthy: boolean
  /** Nothing is sent but a probe now and then. */
  isHeld: boolean
  /** Deliveries are claimed from the queue and never sent directly: the endpoint is on hold, recovering, or rate-limited. */
  isQueueOnly: boolean
  /** Set when a secret could not be opened: nothing may be sent unsigned instead. */
  unreadable: string | undefined
}

export type OpenTarget = (row: TargetRow) => WebhookTarget

/** Requests under way at once to one webhook that sets no limit of its own, in one process. */
export const DEFAULT_MAX_IN_FLIGHT = 32
