import { join } from './bytes.ts'
import { toPublicKey } from './public-keys.ts'
import { WebhookVerificationError } from './verification-error.ts'

const FETCH_TIMEOUT_MS = 5_000
const MAX_BYTES = 64 * 1024
/** How long keys stay valid that cannot be fetched again. */
const MAX_STALE_MS = 3_600_000

/** The public keys of an organization, fetched when needed. Create one and keep it: it has the cache. */
export interface WebhookKeySet {
  /**
   * @param isUnknown no known key matches: there may be a new one
   * @throws {WebhookVerificationError} `keys_unavailable`
   */
  read(isUnknown: boolean): Promise<readonly string[]>
}

export interface KeySetOptions {
  /** How long fetched keys are used, in seconds. Default: 600. */
  maxAgeSeconds?: number
  /** Minimum time between two fetches, in seconds: anyone can send requests with unknown signatures. Default: 10. */
  cooldownSeconds?: number
}

/**
 * Fetches public keys from ConnectGain's `/.well-known/webhooks-keys/<organization_id>`, and caches them. They are fetched
 * again when they are old, or when no known key matches a signature, as after a rotation.
 *
 * @example
 * const keys = createKeySet('https://crm.example/.well-known/webhooks-keys/<organization_id>')
 * const event = await verifyWebhook({ body, headers, secret: keys })
 */
export function createKeySet(
  url: string | URL,
  { maxAgeSeconds = 600, cooldownSeconds = 10 }: KeySetOptions = {},
): WebhookKeySet {
  let keys: readonly string[] = []
  let fetchedAt = -Infinity
  let triedAt = -Infinity
  let fetching: Promise<void> | undefined

  async function load(): Promise<void> {
    triedAt = performance.now()
    try {
      keys = await fetchKeys(url)
      fetchedAt = performance.now()
    } catch {
      // The keys from before stay valid for a while.
    } finally {
      fetching = undefined
    }
  }

  return {
    async read(isUnknown) {
      const now = performance.now()
      const isWanted = isUnknown || now - fetchedAt > maxAgeSeconds * 1000
      if (isWanted && now - triedAt >= cooldownSeconds * 1000) fetching ??= load()
      if (isWanted) await fetching
      if (performance.now() - fetchedAt <= Math.max(MAX_STALE_MS, maxAgeSeconds * 1000)) return keys
      throw new WebhookVerificationError(
        'keys_unavailable',
        'The public keys cannot be fetched: check the URL of the key set, and that this machine reaches it.',
      )
    },
  }
}

async function fetchKeys(url: string | URL): Promise<string[]> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const chunks: Uint8Array[] = []
  const reader = response.body!.getReader()
  for (let part = await reader.read(), length = 0; !part.done; part = await reader.read()) {
    length += part.value.length
    if (length > MAX_BYTES) throw (await reader.cancel(), new Error('too large'))
    chunks.push(part.value)
  }
  const { keys } = JSON.parse(new TextDecoder().decode(join(chunks))) as { keys: Record<string, unknown>[] }
  return keys.flatMap(({ crv, x }) =>
    crv === 'Ed25519' && typeof x === 'string' && /^[\w-]{43}$/.test(x) ? [toPublicKey(x)] : [],
  )
}
