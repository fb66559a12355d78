import type { Database } from '../../database/database.ts'
import { createRecentValues } from '../../database/recent-values.ts'
import type { Clock } from '../../domain/clock.ts'
import { readEventNames } from '../tables/event-names.ts'

/** How long a deleted event type can still be emitted. */
const FRESH_MS = 5_000
const ALL = 'all'

/** The event types, remembered so that most posts of events do not need the database. */
export interface KnownEventTypes {
  /** False also for a type that was added a moment ago. */
  hasAll(names: Iterable<string>): Promise<boolean>
  /** The next check reads them. */
  forget(): void
}

export function createKnownEventTypes(database: Database, clock: Clock): KnownEventTypes {
  const recent = createRecentValues<ReadonlySet<string>>({
    lookUp: async () => new Set(await readEventNames(database)),
    clock,
    freshMs: FRESH_MS,
    // Types are rarely deleted, and events have to be accepted without the database.
    keptMs: Number.POSITIVE_INFINITY,
  })
  return {
    async hasAll(names) {
      const known = await recent.find(ALL)
      return known !== undefined && [...names].every((name) => known.has(name))
    },
    forget: () => recent.forget(ALL),
  }
}
