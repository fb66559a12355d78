import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import { tooManyRequests, toOrigin } from '../limits/admission.ts'
import type { DatabaseShares } from '../../database/database-shares.ts'
import { WindowCounter } from '../limits/window-counter.ts'
import type { Standing } from '../limits/window-counter.ts'
import { RestError } from '../../domain/errors.ts'
import { findSource } from '../../sources/source-store.ts'
import type { Provider, Source } from '../../sources/source-store.ts'

/** Requests to one source from one address in a minute that are not verified; after them it is not even looked for. */
const MAX_FAILURES = 60
/** The same to all sources: whoever tries addresses. */
const MAX_FAILURES_OF_ADDRESS = 600
/** Sources that have been verified, for addresses that others share with somebody who guesses. */
const MAX_REMEMBERED = 1_000
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export interface SourcesOptions {
  database: Database
  shares: DatabaseShares
  box: SecretBox
  clock: Clock
  /** Verified posts to one source in a minute; 0: any number. */
  rateLimit: number
}

export interface SourceRequest {
  provider: Provider
  /** As it stands in the address. */
  organization: string
  /** Where it comes from. */
  address: string
}

/** What proves that the provider sent it: a signature or a token. */
export type Proof<T> = (source: Source) => T | undefined

export interface VerifiedSources {
  /** @throws RestError 401 when the request is not verified, 429 when too many were not */
  verify<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>>
  /** The same, and counts it: what is not verified uses up nothing of the source's. @throws RestError 429 also when it is one too many */
  verifyPost<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>>
}

interface Verified<T> {
  source: Source
  proven: T
}

/** Finds sources and lets requests to them be verified; those who guess are not let to the database. */
export function createVerifiedSources(options: SourcesOptions): VerifiedSources {
  const { database, shares, box, clock, rateLimit } = options
  const failures = new WindowCounter(MAX_FAILURES, clock)
  const failuresOfAddress = new WindowCounter(MAX_FAILURES_OF_ADDRESS, clock)
  const posts = new WindowCounter(rateLimit, clock)
  const remembered = new Map<string, Source>()

  function remember(key: string, source: Source): void {
    remembered.delete(key)
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!)
    remembered.set(key, source)
  }

  async function verify<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>> {
    const id = request.organization.toLowerCase()
    const key = keyOf(request)
    const origin = toOrigin(request.address)
    const standing = [failures.look(`${origin} ${key}`), failuresOfAddress.look(origin)].find(
      ({ isOver }) => isOver,
    )
    if (standing !== undefined) {
      const known = remembered.get(key)
      if (known === undefined || proof(known) === undefined) throw refuseGuessing(standing.reset)
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
    remember(key, source)
    return { source, proven }
  }

  async function verifyPost<T>(request: SourceRequest, proof: Proof<T>): Promise<Verified<T>> {
    if (rateLimit === 0) return await verify(request, proof)
    const key = keyOf(request)
    const known = remembered.get(key)
    const standing = posts.look(key)
    // Not even a query for what is refused anyway, provided that it is the source's own.
    if (standing.remaining === 0 && known !== undefined && proof(known) !== undefined) {
      throw refuseHaste(standing)
    }
    const verified = await verify(request, proof)
    const counted = posts.count(key)
    if (counted.isOver) throw refuseHaste(counted)
    return verified
  }

  return { verify, verifyPost }
}

const keyOf = ({ provider, organization }: SourceRequest): string =>
  `${provider} ${organization.toLowerCase()}`

const refuseHaste = (standing: Standing): RestError =>
  tooManyRequests(standing, 'posts to this source', 'The operator sets the limit with SOURCE_RATE_LIMIT.')

function refuse(): RestError {
  return new RestError(401, 'PGRST301', 'not verified', { headers: { 'www-authenticate': 'Signature' } })
}

function refuseGuessing(reset: number): RestError {
  return new RestError(429, 'PT429', 'too many requests from this address were not verified', {
    hint: `Try again in ${reset} seconds, with a signature or token that is right.`,
    headers: { 'retry-after': String(reset) },
  })
}
