import { createLocalJWKSet, errors } from 'jose'
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose'
import type { Logger } from 'pino'
import type { Clock } from '../../domain/clock.ts'
import { messageOf } from '../../domain/errors.ts'

/** Of a whole fetch, its body included. */
const FETCH_TIMEOUT_MS = 5_000
/** Of a key set: a hundred keys have less. */
const MAX_KEY_SET_BYTES = 256 * 1024
/** A key that was taken out of the set still counts for as long. */
const KEYS_KEPT_MS = 600_000
/** At least between two fetches, whatever came of the first: tokens that anybody may send must not become requests. */
const COOLDOWN_MS = 10_000

export interface RemoteKeysOptions {
  url: URL
  clock: Clock
  log: Pick<Logger, 'warn' | 'info'>
}

/** The keys cannot be had just now. */
export class KeysUnavailable extends Error {}

interface Loaded {
  find: ReturnType<typeof createLocalJWKSet>
  at: number
}

/** The keys that a JWKS address gives: fetched when they are needed, kept, and fetched anew for a key that is not among them. */
export function createRemoteKeys({ url, clock, log }: RemoteKeysOptions): JWTVerifyGetKey {
  let loaded: Loaded | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | undefined
  /** Told once in the log, until they can be had again or fail in another way. */
  let problem: string | undefined

  async function fetchOnce(): Promise<void> {
    try {
      const find = createLocalJWKSet(await fetchKeySet(url))
      loaded = { find, at: clock.now() }
      if (problem !== undefined)
        log.info({ url: url.href }, 'the keys that tokens are signed with can be fetched again')
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

  /** Joins a fetch that is under way; does nothing so soon after the last one. */
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
  'the keys that tokens are signed with cannot be fetched: tokens are answered with 503. Check JWKS_URL and what answers there.'

async function fetchKeySet(url: URL): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS)
  const enough = new AbortController()
  const response = await fetch(url, {
    signal: AbortSignal.any([signal, enough.signal]),
    redirect: 'manual',
    headers: { accept: 'application/json, application/jwk-set+json' },
  }).catch((error: unknown) => {
    throw new Error(signal.aborted ? TOO_SLOW : `no answer (${reasonOf(error)})`)
  })
  if (response.status !== 200) {
    enough.abort()
    throw new Error(`the answer has the status ${response.status}, not 200`)
  }
  const text = await readText(response, signal, enough)
  try {
    return JSON.parse(text) as JSONWebKeySet
  } catch {
    throw new Error('the answer is not JSON')
  }
}

const TOO_SLOW = `no whole answer within ${FETCH_TIMEOUT_MS / 1_000} seconds`

async function readText({ body }: Response, signal: AbortSignal, enough: AbortController): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (;;) {
    const next = await reader?.read().catch((error: unknown) => {
      throw new Error(signal.aborted ? TOO_SLOW : `the answer broke off (${reasonOf(error)})`)
    })
    if (next?.value === undefined) return Buffer.concat(chunks).toString('utf8')
    size += next.value.length
    if (size > MAX_KEY_SET_BYTES) {
      enough.abort()
      throw new Error(`the answer is larger than ${MAX_KEY_SET_BYTES / 1024} KiB`)
    }
    chunks.push(next.value)
  }
}

/** What `fetch` itself says of it is only that it failed. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : messageOf(error)
}
