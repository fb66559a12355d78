import type { Said } from '../../domain/messages/phrase.ts'
import { phrase } from '../../domain/messages/phrase.ts'
import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import ipaddr from 'ipaddr.js'
import type { Clock } from '../../domain/clock.ts'
import { createLru } from '../../domain/lru.ts'
import { ApiError } from '../../domain/errors.ts'
import { readCredential } from '../auth/authenticate.ts'
import type { Authenticate, Caller, RequestKind } from '../auth/authenticate.ts'
import { RestError } from '../../domain/errors.ts'
import type { SharedCounts } from './shared-counts.ts'
import { WindowCounter } from './window-counter.ts'
import type { RateLimitStatus } from './window-counter.ts'

/** Failed logins per minute and address; beyond them, credentials are refused unseen. */
export const MAX_FAILED_LOGINS_PER_MINUTE = 60
/** Valid credentials remembered, for callers that share an address with someone who guesses. */
const MAX_ENTRIES = 10_000

export interface Admitted {
  caller: Caller
  /** `RateLimit-*`; none for a caller without a limit. */
  headers: Record<string, string>
}

export interface Admission {
  /** @throws ApiError 401, or 429 with `Retry-After` */
  admit(headers: IncomingHttpHeaders, address: string, kind?: RequestKind): Promise<Admitted>
  /**
   * Verifies a credential that is not in a header: one to sign in with. Failures count as failed logins.
   * @throws ApiError 401, or 429 with `Retry-After`
   */
  verifyCredential<T>(credential: string, address: string, proof: () => Promise<T>): Promise<T>
}

export interface AdmissionOptions {
  authenticate: Authenticate
  /** Requests per minute of one key or token; 0: unlimited. */
  rateLimit: number
  clock: Clock
  sharedCounts?: SharedCounts | undefined
}

/** Authenticates requests, and limits both request rates and failed logins. */
export function createAdmission({
  authenticate,
  rateLimit,
  clock,
  sharedCounts,
}: AdmissionOptions): Admission {
  const requests = new WindowCounter(rateLimit, clock, sharedCounts?.tally('requests'))
  const failures = new WindowCounter(
    MAX_FAILED_LOGINS_PER_MINUTE,
    clock,
    sharedCounts?.tally('failed logins'),
  )
  const proven = createLru<string, true>(MAX_ENTRIES)

  async function verifyCredential<T>(
    given: string | undefined,
    address: string,
    proof: () => Promise<T>,
  ): Promise<T> {
    const origin = toNetwork(address)
    const credential = digest(given)
    const status = failures.peek(origin)
    if (status.exceeded && proven.get(credential) === undefined) throw tooManyFailedLogins(status)
    const result = await proof().catch((error: unknown) => {
      const code = error instanceof ApiError ? error.code : undefined
      // Tokens that cannot be verified, because keys are unavailable, count too: guessing must not become free
      // meanwhile.
      const isUnjudged = code === 'PGRST300' && proven.get(credential) === undefined
      if (code === 'PGRST301' || isUnjudged) failures.count(origin)
      if (error instanceof ApiError && error.status === 401) proven.delete(credential)
      throw error
    })
    proven.set(credential, true)
    return result
  }

  return {
    verifyCredential,
    async admit(headers, address, kind) {
      const prove = (): Promise<Caller> => authenticate(headers, kind)
      const caller = await verifyCredential(readCredential(headers), address, prove)
      if (caller.rateLimitKey === null || rateLimit === 0) return { caller, headers: {} }
      const counted = requests.count(caller.rateLimitKey)
      if (counted.exceeded) throw tooManyRequests(counted, phrase('limit.requests'), HINT)
      return { caller, headers: rateLimitHeaders(counted) }
    },
  }
}

function rateLimitHeaders({ limit, remaining, reset }: RateLimitStatus): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(reset),
  }
}

const HINT = phrase('hint.oneRequest')

/** @param what is counted, such as `requests` */
export function tooManyRequests(status: RateLimitStatus, what: Said, hint: Said): RestError {
  return new RestError(429, 'PT429', phrase('limit.rate', { limit: status.limit, what }), {
    hint: phrase('hint.waitThen', { seconds: status.reset, advice: hint }),
    headers: { ...rateLimitHeaders(status), 'retry-after': String(status.reset) },
  })
}

function tooManyFailedLogins({ reset }: RateLimitStatus): RestError {
  return new RestError(429, 'PT429', phrase('limit.logins'), {
    hint: phrase('hint.waitWithKey', { seconds: reset }),
    headers: { 'retry-after': String(reset) },
  })
}

/** Reduces an address to the network of one customer: providers assign IPv6 networks of 64 bits. */
export function toNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString()
}

/** Credentials are not kept in memory unhashed. */
function digest(credential = ''): string {
  return hash('sha256', credential, 'base64')
}
