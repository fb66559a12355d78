import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { Audience } from './followers.ts'
import { lowestId, timeOfId } from './recent-rows.ts'
import type { TimedRow } from './recent-rows.ts'
import {
  readRecentAttempts,
  readRecentDeliveries,
  readRecentEvents,
  readRecentEventsOf,
} from './sql/statements.generated.ts'

export interface RecentAttempt extends TimedRow {
  delivery_id: string
  attempt: number
  is_test: boolean
}

type ReadRecent<R extends TimedRow> = (audience: Audience, floor: number, limit: number) => Promise<R[]>

/** Readers of what is new in the tables that grow with each event: ids only, as the owner. */
export function createRecentReaders(database: Database): {
  attempts: ReadRecent<RecentAttempt>
  deliveries: ReadRecent<TimedRow>
  events: ReadRecent<TimedRow>
} {
  const toParams = (audience: Audience, floor: number, limit: number) => ({
    after: lowestId(floor + 1),
    organizations: audience && plainArray(audience),
    limit,
  })
  const withTime = <R extends { id: string }>(row: R): R & TimedRow => ({ ...row, at: timeOfId(row.id) })
  return {
    async attempts(...given) {
      return (await database.query(...readRecentAttempts(toParams(...given)))).rows.map(withTime)
    },
    async deliveries(...given) {
      return (await database.query(...readRecentDeliveries(toParams(...given)))).rows.map(withTime)
    },
    async events(audience, floor, limit) {
      if (audience === null) {
        const { rows } = await database.query(...readRecentEvents({ after: lowestId(floor + 1), limit }))
        return rows.map(withTime)
      }
      const params = { organizations: plainArray(audience), floorSeconds: floor / 1_000, limit }
      return (await database.query(...readRecentEventsOf(params))).rows
    },
  }
}
