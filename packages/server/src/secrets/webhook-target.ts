import { phrase } from '../domain/messages/phrase.ts'
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { createLru } from '../domain/lru.ts'
import type { ReceiverAuth } from '../domain/receiver-auth.ts'
import { readPrivateKey } from '../domain/signature/ed25519.ts'
import { authContext, headersContext, secretContext, signingKeyContext } from './sealed-columns.ts'
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
  const openAuth = createAuthOpener(box)
  return (row) => {
    const known = cache.get(row.webhook_id)
    if (known !== undefined && isSame(known.row, row)) return known.target
    const target = openTarget(row, { box, openKeys, openAuth }, defaults)
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
    a.sealed_auth === b.sealed_auth &&
    a.signing_keys === b.signing_keys &&
    a.timeout_ms === b.timeout_ms &&
    a.max_in_flight === b.max_in_flight &&
    a.is_healthy === b.is_healthy &&
    a.is_held === b.is_held &&
    a.is_parked === b.is_parked &&
    a.is_ordered === b.is_ordered
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

type OpenAuth = (webhookId: string, sealed: string | null) => ReceiverAuth | undefined

const authSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('oauth2'),
    token_url: z.string(),
    client_id: z.string(),
    client_secret: z.string(),
    scope: z.string().optional(),
    audience: z.string().optional(),
  }),
  z.object({ type: z.literal('mtls'), certificate: z.string(), key: z.string() }),
])

/** The same value for the same webhook, because its access token and its connections are kept with it. */
function createAuthOpener(box: SecretBox): OpenAuth {
  const opened = createLru<string, ReceiverAuth>(MAX_CACHED_TARGETS)
  return (webhookId, sealed) => {
    if (sealed === null) return undefined
    const known = opened.get(sealed)
    if (known !== undefined) return known
    const auth = authSchema.parse(JSON.parse(box.open(sealed, authContext(webhookId))))
    opened.set(sealed, auth)
    return auth
  }
}

interface Openers {
  box: SecretBox
  openKeys: OpenKeys
  openAuth: OpenAuth
}

function openTarget(
  row: TargetRow,
  { box, openKeys, openAuth }: Openers,
  defaults: TargetDefaults,
): WebhookTarget {
  const maxInFlight = row.max_in_flight ?? defaults.maxInFlight
  const target = {
    id: row.webhook_id,
    url: row.url,
    secrets: [],
    signingKeys: [],
    headers: {},
    auth: undefined,
    timeout: row.timeout_ms ?? defaults.timeout,
    maxInFlight: defaults.share?.(maxInFlight) ?? maxInFlight,
    isHealthy: row.is_healthy,
    isHeld: row.is_held,
    isQueueOnly: row.is_parked || row.is_ordered,
    isOrdered: row.is_ordered,
    unreadable: undefined,
  }
  if (row.signing_keys === '[]') return { ...target, unreadable: NO_KEY }
  try {
    const auth = openAuth(row.webhook_id, row.sealed_auth)
    return {
      ...target,
      secrets: sealedSecrets(row).map((sealed) => box.open(sealed, secretContext(row.webhook_id))),
      signingKeys: openKeys(row.signing_keys),
      headers:
        row.sealed_headers === null
          ? {}
          : parseHeaders(box.open(row.sealed_headers, headersContext(row.webhook_id)), auth),
      auth,
    }
  } catch {
    return { ...target, unreadable: phrase('own.secretUnreadable') }
  }
}

const NO_KEY = phrase('own.noSigningKey')

/** Secrets stay stored while keys sign instead. */
function sealedSecrets({ secret, previous_secret: previous, signing_keys: keys }: TargetRow): string[] {
  return keys === null ? [secret, previous].filter((sealed) => sealed !== null) : []
}

const headersSchema = z.record(z.string(), z.string())

/** The access token takes the place of an `Authorization` of the webhook's own. */
function parseHeaders(json: string, auth: ReceiverAuth | undefined): Record<string, string> {
  const headers = headersSchema.parse(JSON.parse(json))
  if (auth?.type !== 'oauth2') return headers
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  )
}
