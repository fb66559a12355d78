import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { readWritten } from './sql/statements.generated.ts'

/** A delivery of an event is known by its webhook. */
export const pairOf = (organizationId: string, eventId: string, webhookId: string): string =>
  `${organizationId} ${eventId} ${webhookId}`

/** Returns the pairs of event and webhook whose delivery exists. */
export async function readWrittenPairs(
  connection: Connection,
  events: readonly { id: string; organization_id: string }[],
): Promise<Set<string>> {
  if (events.length === 0) return new Set()
  const organizations = [...new Set(events.map(({ organization_id }) => organization_id))]
  const { rows } = await connection.query(
    ...readWritten({
      events: plainArray(events.map(({ id }) => id)),
      organizations: plainArray(organizations),
    }),
  )
  return new Set(rows.map((row) => pairOf(row.organization_id, row.event_id, row.webhook_id)))
}
