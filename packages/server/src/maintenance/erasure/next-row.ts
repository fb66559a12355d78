import type { Connection } from '../../database/database.ts'

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
  const table = phase === 'events' ? 'webhooks.webhook_events' : 'webhooks_internal.attempts'
  const { rows } = await connection.query<{ created_at: string; id: string }>(
    `select created_at::text, id from ${table}
     where organization_id = $1::uuid and created_at >= $3::timestamptz and created_at < $2::timestamptz
       and (created_at, id) > ($3::timestamptz, $4::uuid)
     order by created_at, id limit 1`,
    [organization_id, until, after_created_at, after_id],
  )
  const [row] = rows
  return row && { createdAt: row.created_at, id: row.id }
}
