import { plainArray } from '../../database/array-literal.ts'
import type { Database } from '../../database/database.ts'
import type { BoundStatement } from '../../database/statement.ts'
import type { Audience } from './followers.ts'
import { lowestId, timeOfId } from './recent-rows.ts'
import type { TimedRow } from './recent-rows.ts'
import {
  avoidScans,
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
  const read = async <R extends object>(query: BoundStatement<R>): Promise<R[]> =>
    await database.transaction(async (transaction) => {
      const [statement] = avoidScans()
      transaction.ahead(statement, [])
      return (await transaction.finish(...query)).rows
    })
  return {
    attempts: async (...given) => (await read(readRecentAttempts(toParams(...given)))).map(withTime),
    deliveries: async (...given) => (await read(readRecentDeliveries(toParams(...given)))).map(withTime),
    async events(audience, floor, limit) {
      if (audience === null) {
        return (await read(readRecentEvents({ after: lowestId(floor + 1), limit }))).map(withTime)
      }
      const organizations = plainArray(audience)
      return await read(readRecentEventsOf({ organizations, floorSeconds: floor / 1_000, limit }))
    },
  }
}
