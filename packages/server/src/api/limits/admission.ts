import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import ipaddr from 'ipaddr.js'
import type { Clock } from '../../domain/clock.ts'
import { ApiError } from '../../domain/errors.ts'
import { readCredential } from '../auth/authenticate.ts'
import type { Authenticate, Caller } from '../auth/authenticate.ts'
import { RestError } from '../../domain/errors.ts'
import { WindowCounter } from './window-counter.ts'
import type { Standing } from './window-counter.ts'

/** Wrong keys or tokens from one address in a minute; after them it is not even looked at what it sends. */
export const FAILURES_A_MINUTE = 60
/** Credentials that were right, for addresses that others share with somebody who guesses. */
const MAX_ENTRIES = 10_000

export interface Admitted {
  caller: Caller
  /** `RateLimit-*`; none for a caller that is not counted. */
  headers: Record<string, string>
}

export interface Admission {
  /** @throws ApiError 401, or 429 with `Retry-After` */
  admit(headers: IncomingHttpHeaders, address: string): Promise<Admitted>
  /**
   * Lets a credential be proven that is no header of the request: one to sign in with. Wrong ones count as guesses.
   * @throws ApiError 401, or 429 with `Retry-After`
   */
  prove<T>(credential: string, address: string, proof: () => Promise<T>): Promise<T>
}

export interface AdmissionOptions {
  authenticate: Authenticate
  /** Requests of one key or token in a minute; 0: any number. */
  rateLimit: number
  clock: Clock
}

/** Says who a request comes from, and refuses those who ask too much or guess. */
export function createAdmission({ authenticate, rateLimit, clock }: AdmissionOptions): Admission {
  const requests = new WindowCounter(rateLimit, clock)
  const failures = new WindowCounter(FAILURES_A_MINUTE, clock)
  const proven = new Set<string>()

  function remember(credential: string): void {
    proven.delete(credential)
    if (proven.size >= MAX_ENTRIES) proven.delete(proven.keys().next().value!)
    proven.add(credential)
  }

  async function prove<T>(given: string | undefined, address: string, proof: () => Promise<T>): Promise<T> {
    const origin = toOrigin(address)
    const credential = digest(given)
    const standing = failures.look(origin)
    if (standing.isOver && !proven.has(credential)) throw refuseGuessing(standing)
    const result = await proof().catch((error: unknown) => {
      const code = error instanceof ApiError ? error.code : undefined
      // One that cannot be judged, because the keys are not to be had, counts as well: else that would be a time for guessing.
      const isUnjudged = code === 'PGRST300' && !proven.has(credential)
      if (code === 'PGRST301' || isUnjudged) failures.count(origin)
      if (error instanceof ApiError && error.status === 401) proven.delete(credential)
      throw error
    })
    remember(credential)
    return result
  }

  return {
    prove,
    async admit(headers, address) {
      const caller = await prove(readCredential(headers), address, () => authenticate(headers))
      if (caller.countedAs === null || rateLimit === 0) return { caller, headers: {} }
      const counted = requests.count(caller.countedAs)
      if (counted.isOver) throw tooManyRequests(counted, 'requests', HINT)
      return { caller, headers: describe(counted) }
    },
  }
}

function describe({ limit, remaining, reset }: Standing): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(reset),
  }
}

const HINT = 'Several rows can be read or written by one request.'

/** @param what is counted, such as `requests` */
export function tooManyRequests(standing: Standing, what: string, hint: string): RestError {
  return new RestError(429, 'PT429', `more than ${standing.limit} ${what} in a minute`, {
    hint: `Try again in ${standing.reset} seconds. ${hint}`,
    headers: { ...describe(standing), 'retry-after': String(standing.reset) },
  })
}

function refuseGuessing({ reset }: Standing): RestError {
  return new RestError(429, 'PT429', 'too many wrong keys or tokens from this address', {
    hint: `Try again in ${reset} seconds, with a key that is right.`,
    headers: { 'retry-after': String(reset) },
  })
}

/** An address as far as one customer of a provider has it: IPv6 is given out in networks of 64 bits. */
export function toOrigin(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString()
}

/** Credentials are not kept in memory as they are. */
function digest(credential = ''): string {
  return createHash('sha256').update(credential).digest('base64')
}
