import { createLocalJWKSet, errors } from 'jose'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { messageOf } from '../../domain/errors.ts'

/** Limits the whole fetch, including the body. */
const FETCH_TIMEOUT_MS = 5_000
/** Size limit of a key set: a hundred keys take less. */
const MAX_KEY_SET_BYTES = 256 * 1024
/** How long a key removed from the set remains valid. */
const KEYS_KEPT_MS = 600_000
/** Minimum interval of fetches, even failed ones: anyone can send tokens, which must not trigger a fetch each. */
const COOLDOWN_MS = 10_000

export interface RemoteKeysOptions {
  url: URL
  clock: Clock
  log: Pick<Logger, 'warn' | 'info'>
}

/** The keys are temporarily unavailable. */
class KeysUnavailable extends Error {}

interface Loaded {
  find: ReturnType<typeof createLocalJWKSet>
  at: number
}

/**
 * Creates the source of keys from a JWKS URL. It fetches them on demand, caches them, and fetches them again for an
 * unknown key.
 */
export function createRemoteKeys({ url, clock, log }: RemoteKeysOptions): JWTVerifyGetKey {
  let loaded: Loaded | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | undefined
  /** Logged once, until the fetch succeeds or fails for another reason. */
  let problem: string | undefined

  async function fetchOnce(): Promise<void> {
    try {
      const find = createLocalJWKSet(await fetchKeySet(url))
      loaded = { find, at: clock.now() }
      if (problem !== undefined) log.info({ url: url.href }, 'token signing keys can be fetched again')
      problem = undefined
    } catch (error) {
      const found = messageOf(error)
      if (found !== problem) log.warn({ url: url.href, error: found }, CANNOT_FETCH)
      problem = found
    } finally {
      fetchedAt = clock.now()
      fetching = undefined
    }
  }

  /** Joins a fetch in progress; does nothing during the cooldown. */
  async function refresh(): Promise<void> {
    if (fetching === undefined && clock.now() - fetchedAt >= COOLDOWN_MS) fetching = fetchOnce()
    await fetching
  }

  return async (header, token) => {
    if (loaded === undefined || clock.now() - loaded.at >= KEYS_KEPT_MS) await refresh()
    if (loaded === undefined || clock.now() - loaded.at >= KEYS_KEPT_MS) throw new KeysUnavailable(problem)
    const { find } = loaded
    try {
      return await find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await refresh()
      return await loaded.find(header, token)
    }
  }
}

const CANNOT_FETCH =
  'cannot fetch token signing keys: requests with tokens receive 503. Check JWKS_URL and its server.'

async function fetchKeySet(url: URL): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS)
  const enough = new AbortController()
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, enough.signal]),
    redirect: 'manual',
    headers: { accept: 'application/json, application/jwk-set+json' },
  }).catch((error: unknown) => {
    throw new Error(signal.aborted ? TOO_SLOW : `no response (${describeFetchError(error)})`)
  })
  if (response.status !== 200) {
    enough.abort()
    throw new Error(`the response has the status ${response.status}, not 200`)
  }
  const text = await readText(response, signal, enough)
  try {
    return JSON.parse(text) as JSONWebKeySet
  } catch {
    throw new Error('the response is not JSON')
  }
}

const TOO_SLOW = `no complete response within ${FETCH_TIMEOUT_MS / 1_000} seconds`

async function readText({ body }: Response, signal: AbortSignal, enough: AbortController): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (;;) {
    const next = await reader?.read().catch((error: unknown) => {
      throw new Error(
        signal.aborted ? TOO_SLOW : `the response was interrupted (${describeFetchError(error)})`,
      )
    })
    if (next?.value === undefined) return Buffer.concat(chunks).toString('utf8')
    size += next.value.length
    if (size > MAX_KEY_SET_BYTES) {
      enough.abort()
      throw new Error(`the response is larger than ${MAX_KEY_SET_BYTES / 1024} KiB`)
    }
    chunks.push(next.value)
  }
}

/** The message of a `fetch` error only says that it failed; its cause says why. */
function describeFetchError(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : messageOf(error)
}
