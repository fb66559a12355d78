import { z } from 'zod'
import { createLru } from '../domain/lru.ts'
import { headersContext, secretContext } from './sealed-columns.ts'
import type { SecretBox } from './secret-box.ts'
import type { OpenTarget, TargetRow, WebhookTarget } from '../domain/webhook.ts'

export interface TargetDefaults {
  timeout: number
  maxInFlight: number
  /** Returns this process's part of a webhook's `max_in_flight`, which holds for the whole node. */
  share?: (maxInFlight: number) => number
}

const MAX_CACHED_TARGETS = 10_000

/** Caches opened webhooks, because each decryption is expensive. An entry is valid while its row does not change. */
export function createTargetOpener(box: SecretBox, defaults: TargetDefaults): OpenTarget {
  const cache = createLru<string, { row: TargetRow; target: WebhookTarget }>(MAX_CACHED_TARGETS)
  return (row) => {
    const known = cache.get(row.webhook_id)
    if (known !== undefined && isSame(known.row, row)) return known.target
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
  const maxInFlight = row.max_in_flight ?? defaults.maxInFlight
  const target = {
    id: row.webhook_id,
    url: row.url,
    secrets: [],
    headers: {},
    timeout: row.timeout_ms ?? defaults.timeout,
    maxInFlight: defaults.share?.(maxInFlight) ?? maxInFlight,
    isHealthy: row.is_healthy,
    isHeld: row.is_held,
    isQueueOnly: row.is_parked,
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
    return { ...target, unreadable: 'the stored secret cannot be decrypted with ENCRYPTION_KEYS' }
  }
}

const headersSchema = z.record(z.string(), z.string())

function parseHeaders(json: string): Record<string, string> {
  return headersSchema.parse(JSON.parse(json))
}
