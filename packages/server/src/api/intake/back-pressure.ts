import { phrase } from '../../domain/messages/phrase.ts'
import type { Clock } from '../../domain/clock.ts'
import { RestError } from '../../domain/errors.ts'

const CACHE_MS = 250
const RETRY_SECONDS = 2

export interface BackPressureOptions {
  clock: Clock
  /** Events that may wait. */
  maxBacklog: number
  /** Returns how many wait. */
  readBacklog(): Promise<number>
  /** How long a reading stays valid. The limit may be exceeded by the events of this time. */
  cacheMs?: number
}

/** @throws RestError 503 while too many events wait: the sender has to keep new ones until there is room */
export type RequireBacklogRoom = () => Promise<void>

export function createBackPressure(options: BackPressureOptions): RequireBacklogRoom {
  const { clock, maxBacklog, readBacklog, cacheMs = CACHE_MS } = options
  let lookedAt = Number.NEGATIVE_INFINITY
  let look: Promise<number> = Promise.resolve(0)
  return async () => {
    if (clock.now() - lookedAt >= cacheMs) {
      lookedAt = clock.now()
      look = readBacklog()
    }
    const backlog = await look
    if (backlog <= maxBacklog) return
    throw new RestError(503, '53000', phrase('events.maxBacklog', { count: maxBacklog }), {
      hint: phrase('events.maxBacklogHint', { seconds: RETRY_SECONDS }),
      headers: { 'retry-after': String(RETRY_SECONDS) },
    })
  }
}
