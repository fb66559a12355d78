import { phrase } from '../../domain/messages/phrase.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Database } from '../../database/database.ts'
import { readBacklog } from './backlog.ts'
import { RestError } from '../../domain/errors.ts'

/** How long a reading of the backlog stays valid. The limit may be exceeded by the events of this time. */
const CACHE_MS = 250
const RETRY_SECONDS = 2

export interface BackPressureOptions {
  database: Database
  clock: Clock
  /** Events that may wait in the outbox. */
  maxBacklog: number
}

/** @throws RestError 503 while too many events wait: the sender has to keep new ones until there is room */
export type RequireBacklogRoom = () => Promise<void>

export function createBackPressure({ database, clock, maxBacklog }: BackPressureOptions): RequireBacklogRoom {
  let lookedAt = Number.NEGATIVE_INFINITY
  let look: Promise<number> = Promise.resolve(0)
  return async () => {
    if (clock.now() - lookedAt >= CACHE_MS) {
      lookedAt = clock.now()
      look = readBacklog(database, maxBacklog)
    }
    const backlog = await look
    if (backlog <= maxBacklog) return
    throw new RestError(503, '53000', phrase('events.maxBacklog', { count: maxBacklog }), {
      hint: phrase('events.maxBacklogHint', { seconds: RETRY_SECONDS }),
      headers: { 'retry-after': String(RETRY_SECONDS) },
    })
  }
}
