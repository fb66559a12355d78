import type { Connection } from '../../database/database.ts'
import { nextAttempt, nextEvent } from './sql/statements.generated.ts'

/** The position of an erasure. */
interface Place {
  phase: string
  organization_id: string
  until: string
  after_created_at: string
  after_id: string
}

/** Reads only the keys of the next row: its content may be what cannot be read. */
export async function nextRow(
  connection: Connection,
  { phase, organization_id, until, after_created_at, after_id }: Place,
): Promise<{ createdAt: string; id: string } | undefined> {
  const next = phase === 'events' ? nextEvent : nextAttempt
  const { rows } = await connection.query(
    ...next({
      organizationId: organization_id,
      until,
      afterCreatedAt: after_created_at,
      afterId: after_id,
    }),
  )
  const [row] = rows
  return row && { createdAt: row.created_at, id: row.id }
}
