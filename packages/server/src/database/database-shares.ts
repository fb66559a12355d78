import { phrase } from '../domain/messages/phrase.ts'
import type { Clock } from '../domain/clock.ts'
import { RestError } from '../domain/errors.ts'
import { SlowTime } from './slow-time.ts'

export interface ShareLimits {
  /** Connections that all organizations share; the rest of the pool is for the operator, keys and sessions. */
  total: number
  perOrganization: number
  /** Requests of one organization that may wait for one of its connections; more are refused at once. */
  maxWaiting: number
  maxWaitMs: number
  /** Milliseconds of slow statements that an organization may use at once, and how many it regains per millisecond. */
  slowBurstMs: number
  slowShare: number
}

/** For a pool on a server: 7 of 10 connections, 3 of them for one organization. */
export function serverShares(poolSize: number): ShareLimits {
  const total = Math.max(1, Math.round(0.7 * poolSize))
  return {
    total,
    perOrganization: Math.ceil((3 * total) / 7),
    maxWaiting: 250,
    maxWaitMs: 10_000,
    slowBurstMs: 60_000,
    slowShare: 1,
  }
}

/** For the embedded database, which has one connection. */
export const EMBEDDED_SHARES: ShareLimits = {
  total: 4,
  perOrganization: 1,
  maxWaiting: 250,
  maxWaitMs: 30_000,
  slowBurstMs: 20_000,
  slowShare: 0.2,
}

/** Reports the milliseconds that the database worked for the organization. */
export type Charge = (ms: number) => void

export interface DatabaseShares {
  /**
   * Runs `work` as soon as the organization has a connection free; at once for the operator, whose id is null.
   * @throws RestError 429 when the organization exceeds its share, 503 when no connection comes free in time
   */
  run<T>(organizationId: string | null, work: (charge: Charge) => Promise<T>): Promise<T>
}

/** For a single caller: tests, and work beside the API. */
export const UNSHARED: DatabaseShares = { run: async (_organization, work) => await work(() => {}) }

interface Organization {
  running: number
  /** Each function starts one waiting request. */
  waiting: (() => void)[]
}

/**
 * Shares the API's connections between organizations: each has a limit, waiting requests take turns, and an
 * organization whose statements are repeatedly slow has to pause. No organization can starve another.
 */
export function createDatabaseShares(limits: ShareLimits, clock: Clock): DatabaseShares {
  const slowTime = new SlowTime(limits, clock)
  /** In the order of their turns. */
  const organizations = new Map<string, Organization>()
  let running = 0

  function find(id: string): Organization {
    const found = organizations.get(id) ?? { running: 0, waiting: [] }
    organizations.set(id, found)
    return found
  }

  const mayStart = (organization: Organization): boolean =>
    running < limits.total && organization.running < limits.perOrganization

  function start(organization: Organization): void {
    organization.running += 1
    running += 1
  }

  async function enter(id: string): Promise<void> {
    const organization = find(id)
    if (organization.waiting.length === 0 && mayStart(organization)) return start(organization)
    if (organization.waiting.length >= limits.maxWaiting) throw tooManyConcurrentRequests()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        organization.waiting.splice(organization.waiting.indexOf(entry), 1)
        forget(id, organization)
        reject(noConnectionInTime())
      }, limits.maxWaitMs)
      const entry = (): void => {
        clearTimeout(timer)
        start(organization)
        resolve()
      }
      organization.waiting.push(entry)
    })
  }

  function forget(id: string, { running: own, waiting }: Organization): void {
    if (own === 0 && waiting.length === 0) organizations.delete(id)
  }

  function leave(id: string): void {
    const organization = find(id)
    organization.running -= 1
    running -= 1
    forget(id, organization)
    startNext()
  }

  /** Starts the next waiting request and moves its organization to the end of the line. */
  function startNext(): void {
    for (const [id, organization] of organizations) {
      if (organization.waiting.length === 0 || !mayStart(organization)) continue
      organizations.delete(id)
      organizations.set(id, organization)
      organization.waiting.shift()?.()
      return
    }
  }

  return {
    async run(id, work) {
      if (id === null) return await work(() => {})
      const pauseMs = slowTime.getPauseMs(id)
      if (pauseMs > 0) throw shareUsedUp(pauseMs)
      await enter(id)
      try {
        return await work((ms) => slowTime.charge(id, ms))
      } finally {
        leave(id)
      }
    },
  }
}

function tooManyConcurrentRequests(): RestError {
  return new RestError(429, 'PT429', phrase('limit.concurrent'), {
    hint: phrase('hint.fewerAtOnce'),
    headers: { 'retry-after': '1' },
  })
}

function noConnectionInTime(): RestError {
  return new RestError(503, '53300', phrase('limit.connections'), {
    hint: phrase('hint.fewSeconds'),
    headers: { 'retry-after': '5' },
  })
}

function shareUsedUp(pauseMs: number): RestError {
  const seconds = Math.max(1, Math.ceil(pauseMs / 1_000))
  return new RestError(429, 'PT429', phrase('limit.share'), {
    hint: phrase('hint.waitIndexed', { seconds }),
    headers: { 'retry-after': String(seconds) },
  })
}
