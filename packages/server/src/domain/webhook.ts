import type { KeyObject } from 'node:crypto'
import type { ReceiverAuth } from './receiver-auth.ts'

/** How a webhook's requests are signed: with its secret, or with the key of its organization. */
export const SIGNATURE_TYPES = ['hmac', 'ed25519'] as const

/** Whether deliveries about one record are sent one after another. */
export const ORDERINGS = ['none', 'record'] as const

/** A row of `webhooks_internal.targets`: the columns of a webhook that sending needs, as stored. */
export interface TargetRow {
  webhook_id: string
  url: string
  secret: string | null
  /** The replaced secret, while it still signs. */
  previous_secret: string | null
  sealed_headers: string | null
  sealed_auth: string | null
  /** JSON text of the organization's sealed keys, the current one first; null: the webhook signs with its secret. */
  signing_keys: string | null
  timeout_ms: number | null
  max_in_flight: number | null
  is_healthy: boolean
  is_held: boolean
  /** On hold, draining, or rate-limited. */
  is_parked: boolean
  /** Deliveries about one record are sent one after another. */
  is_ordered: boolean
}

/** Where and how to send: a webhook with its secrets opened. Stays in memory; never logged or returned. */
export interface WebhookTarget {
  id: string
  url: string
  /** The current secret, then the replaced one during a rotation. Empty: requests are not signed. */
  secrets: readonly string[]
  /** The organization's Ed25519 keys, which sign instead of secrets; the replaced one last. Empty: secrets sign. */
  signingKeys: readonly KeyObject[]
  headers: Readonly<Record<string, string>>
  /** Of the same value while it does not change: access tokens and connections are kept with it. Undefined: none. */
  auth: ReceiverAuth | undefined
  /** Milliseconds for a whole attempt. */
  timeout: number
  /** Concurrent requests in this process. */
  maxInFlight: number
  isHealthy: boolean
  /** On hold: only probes are sent. */
  isHeld: boolean
  /**
   * Deliveries are claimed from the queue and never sent directly: the endpoint is on hold, recovering, or rate-limited, or the webhook
   * has an order.
   */
  isQueueOnly: boolean
  /** Deliveries about one record are sent one after another. */
  isOrdered: boolean
  /** Set when a secret could not be opened: nothing is sent, because it would be unsigned. */
  unreadable: string | undefined
}

export type OpenTarget = (row: TargetRow) => WebhookTarget

/** Concurrent requests to a webhook that sets no limit of its own, in one process. */
export const DEFAULT_MAX_IN_FLIGHT = 32
