import { phrase } from '../../domain/messages/phrase.ts'
import type { Clock } from '../../domain/clock.ts'
import { createLru } from '../../domain/lru.ts'
import type { Database } from '../../database/database.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import { tooManyRequests, toNetwork } from '../limits/admission.ts'
import type { DatabaseShares } from '../../database/database-shares.ts'
import type { SharedCounts } from '../limits/shared-counts.ts'
import { WindowCounter } from '../limits/window-counter.ts'
import type { RateLimitStatus } from '../limits/window-counter.ts'
import { RestError } from '../../domain/errors.ts'
import { findSource } from '../../sources/source-store.ts'
import type { Provider, Source } from '../../sources/source-store.ts'

/** Unverified requests per minute to one source from one address; beyond them, the source is not even looked up. */
const MAX_FAILURES = 60
/** The same for all sources together, against callers that try many URLs. */
const MAX_FAILURES_OF_ADDRESS = 600
/** Verified sources remembered, for callers that share an address with someone who guesses. */
const MAX_REMEMBERED = 1_000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface SourcesOptions {
  database: Database
  shares: DatabaseShares
  box: SecretBox
  clock: Clock
  /** Verified posts per minute to one source; 0: unlimited. */
  rateLimit: number
  sharedCounts?: SharedCounts | undefined
}

export interface SourceRequest {
  provider: Provider
  /** As in the URL. */
  organization: string
  /** The client's address. */
  address: string
}

/** Verifies a signature or token, which proves that the provider sent the request. */
export type Proof<T> = (source: Source) => T | undefined

export interface VerifiedSources {
  /** @throws RestError 401 if the request is not verified, 429 after too many such requests */
  verify<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>>
  /**
   * Verifies and counts the request; unverified requests do not use up the source's limit. @throws RestError 429 also
   * if the limit is exceeded
   */
  verifyPost<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>>
}

interface Verified<T> {
  source: Source
  proven: T
}

/** Looks up sources and verifies requests to them. Callers that guess do not reach the database. */
export function createVerifiedSources(options: SourcesOptions): VerifiedSources {
  const { database, shares, box, clock, rateLimit, sharedCounts } = options
  const count = (limit: number, name: string): WindowCounter =>
    new WindowCounter(limit, clock, sharedCounts?.tally(name))
  const failures = count(MAX_FAILURES, 'unverified posts to a source')
  const failuresOfAddress = count(MAX_FAILURES_OF_ADDRESS, 'unverified posts')
  const posts = count(rateLimit, 'verified posts')
  const remembered = createLru<string, Source>(MAX_REMEMBERED)

  async function verify<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>> {
    const id = request.organization.toLowerCase()
    const key = sourceId(request)
    const origin = toNetwork(request.address)
    const status = [failures.peek(`${origin} ${key}`), failuresOfAddress.peek(origin)].find(
      ({ exceeded }) => exceeded,
    )
    if (status !== undefined) {
      const known = remembered.get(key)
      if (known === undefined || proof(known) === undefined) throw tooManyUnverified(status.reset)
    }
    const source = UUID.test(id)
      ? await shares.run(id, async () => await findSource(database, box, request.provider, id))
      : undefined
    const proven = source === undefined ? undefined : proof(source)
    if (source === undefined || proven === undefined) {
      failures.count(`${origin} ${key}`)
      failuresOfAddress.count(origin)
      throw refuse()
    }
    remembered.set(key, source)
    return { source, proven }
  }

  async function verifyPost<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>> {
    if (rateLimit === 0) return await verify(request, proof)
    const key = sourceId(request)
    const known = remembered.get(key)
    const status = posts.peek(key)
    // Saves the query for requests of the source itself that exceed its limit.
    if (status.remaining === 0 && known !== undefined && proof(known) !== undefined) {
      throw tooManyPosts(status)
    }
    const verified = await verify(request, proof)
    const counted = posts.count(key)
    if (counted.exceeded) throw tooManyPosts(counted)
    return verified
  }

  return { verify, verifyPost }
}

const sourceId = ({ provider, organization }: SourceRequest): string =>
  `${provider} ${organization.toLowerCase()}`

const tooManyPosts = (status: RateLimitStatus): RestError =>
  tooManyRequests(status, phrase('limit.posts'), phrase('hint.sourceLimit'))

function refuse(): RestError {
  return new RestError(401, 'PGRST301', phrase('error.unverified'), {
    headers: { 'www-authenticate': 'Signature' },
  })
}

function tooManyUnverified(reset: number): RestError {
  return new RestError(429, 'PT429', phrase('limit.unverified'), {
    hint: phrase('hint.waitWithSignature', { seconds: reset }),
    headers: { 'retry-after': String(reset) },
  })
}
