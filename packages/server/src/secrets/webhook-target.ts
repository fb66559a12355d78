import { z } from 'zod'
import { headersContext, secretContext } from './sealed-columns.ts'
import type { SecretBox } from './secret-box.ts'

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
  /** Its deliveries are claimed in turn, never sent from the memory of whoever fans them out. */
  isParked: boolean
  /** Set when a secret could not be opened: nothing may be sent unsigned instead. */
  unreadable: string | undefined
}

export interface TargetDefaults {
  timeout: number
  maxInFlight: number
}

export type OpenTarget = (row: TargetRow) => WebhookTarget

const CACHED_TARGETS = 10_000

/** Opening costs a decryption: what was opened is kept for as long as the row stays as it was. */
export function createTargetOpener(box: SecretBox, defaults: TargetDefaults): OpenTarget {
  const cache = new Map<string, { row: TargetRow; target: WebhookTarget }>()
  return (row) => {
    const known = cache.get(row.webhook_id)
    if (known !== undefined && isSame(known.row, row)) return known.target
    if (cache.size >= CACHED_TARGETS) cache.clear()
    const target = openTarget(row, box, defaults)
    if (target.unreadable === undefined) cache.set(row.webhook_id, { row, target })
    return target
  }
}

function isSame(a: TargetRow, b: TargetRow): boolean {
  return (
    a.url === b.url &&
    a.secret === b.secret &&
    a.previous_secret === b.previous_secret &&
    a.sealed_headers === b.sealed_headers &&
    a.timeout_ms === b.timeout_ms &&
    a.max_in_flight === b.max_in_flight &&
    a.is_healthy === b.is_healthy &&
    a.is_held === b.is_held &&
    a.is_parked === b.is_parked
  )
}

function openTarget(row: TargetRow, box: SecretBox, defaults: TargetDefaults): WebhookTarget {
  const target = {
    id: row.webhook_id,
    url: row.url,
    secrets: [],
    headers: {},
    timeout: row.timeout_ms ?? defaults.timeout,
    maxInFlight: row.max_in_flight ?? defaults.maxInFlight,
    isHealthy: row.is_healthy,
    isHeld: row.is_held,
    isParked: row.is_parked,
    unreadable: undefined,
  }
  try {
    return {
      ...target,
      secrets: [row.secret, row.previous_secret]
        .filter((sealed) => sealed !== null)
        .map((sealed) => box.open(sealed, secretContext(row.webhook_id))),
      headers:
        row.sealed_headers === null
          ? {}
          : parseHeaders(box.open(row.sealed_headers, headersContext(row.webhook_id))),
    }
  } catch {
    return { ...target, unreadable: 'the stored secret cannot be opened with ENCRYPTION_KEYS' }
  }
}

const headersSchema = z.record(z.string(), z.string())

function parseHeaders(json: string): Record<string, string> {
  return headersSchema.parse(JSON.parse(json))
}
