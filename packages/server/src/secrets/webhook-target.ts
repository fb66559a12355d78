import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { createLru } from '../domain/lru.ts'
import { readPrivateKey } from '../domain/signature/ed25519.ts'
import { headersContext, secretContext, signingKeyContext } from './sealed-columns.ts'
import type { SecretBox } from './secret-box.ts'
import type { OpenTarget, TargetRow, WebhookTarget } from '../domain/webhook.ts'

export interface TargetDefaults {
  timeout: number
  maxInFlight: number
  /** Returns this process's part of a webhook's `max_in_flight`, which holds for the whole node. */
  share?: (maxInFlight: number) => number
}

const MAX_CACHED_TARGETS = 10_000
/** Two of an organization during a rotation. */
const MAX_CACHED_KEYS = 10_000

/** Caches opened webhooks, because each decryption is expensive. An entry is valid while its row does not change. */
export function createTargetOpener(box: SecretBox, defaults: TargetDefaults): OpenTarget {
  const cache = createLru<string, { row: TargetRow; target: WebhookTarget }>(MAX_CACHED_TARGETS)
  const openKeys = createKeyOpener(box)
  return (row) => {
    const known = cache.get(row.webhook_id)
    if (known !== undefined && isSame(known.row, row)) return known.target
    const target = openTarget(row, box, openKeys, defaults)
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
    a.signing_keys === b.signing_keys &&
    a.timeout_ms === b.timeout_ms &&
    a.max_in_flight === b.max_in_flight &&
    a.is_healthy === b.is_healthy &&
    a.is_held === b.is_held &&
    a.is_parked === b.is_parked
  )
}

type OpenKeys = (stored: string | null) => readonly KeyObject[]

const storedKeys = z.array(z.object({ id: z.string(), private_key: z.string() }))

/** Webhooks of an organization share its keys. */
function createKeyOpener(box: SecretBox): OpenKeys {
  const opened = createLru<string, KeyObject>(MAX_CACHED_KEYS)
  return (stored) => {
    if (stored === null) return []
    return storedKeys.parse(JSON.parse(stored)).map(({ id, private_key: sealed }) => {
      const known = opened.get(sealed)
      if (known !== undefined) return known
      const key = readPrivateKey(box.open(sealed, signingKeyContext(id)))
      opened.set(sealed, key)
      return key
    })
  }
}

function openTarget(
  row: TargetRow,
  box: SecretBox,
  openKeys: OpenKeys,
  defaults: TargetDefaults,
): WebhookTarget {
  const maxInFlight = row.max_in_flight ?? defaults.maxInFlight
  const target = {
    id: row.webhook_id,
    url: row.url,
    secrets: [],
    signingKeys: [],
    headers: {},
    timeout: row.timeout_ms ?? defaults.timeout,
    maxInFlight: defaults.share?.(maxInFlight) ?? maxInFlight,
    isHealthy: row.is_healthy,
    isHeld: row.is_held,
    isQueueOnly: row.is_parked,
    unreadable: undefined,
  }
  if (row.signing_keys === '[]') return { ...target, unreadable: NO_KEY }
  try {
    return {
      ...target,
      secrets: sealedSecrets(row).map((sealed) => box.open(sealed, secretContext(row.webhook_id))),
      signingKeys: openKeys(row.signing_keys),
      headers:
        row.sealed_headers === null
          ? {}
          : parseHeaders(box.open(row.sealed_headers, headersContext(row.webhook_id))),
    }
  } catch {
    return { ...target, unreadable: 'the stored secret cannot be decrypted with ENCRYPTION_KEYS' }
  }
}

const NO_KEY = 'the organization has no signing key: call rpc/rotate_signing_key, which creates one'

/** Secrets stay stored while keys sign instead. */
function sealedSecrets({ secret, previous_secret: previous, signing_keys: keys }: TargetRow): string[] {
  return keys === null ? [secret, previous].filter((sealed) => sealed !== null) : []
}

const headersSchema = z.record(z.string(), z.string())

function parseHeaders(json: string): Record<string, string> {
  return headersSchema.parse(JSON.parse(json))
}
