import type { Connection } from '../../database/database.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import type { Cursor } from './missed-events.ts'
import type { RedeliveryKind, RedeliveryScope } from './redeliveries.ts'

/** A bulk retry or replay, and its position. */
interface Walk {
  kind: RedeliveryKind
  organizationId: string
  scope: RedeliveryScope
  after: Cursor
}

interface NextRow extends Cursor {
  eventId: string
  event: string
  deliveryId: string | null
}

/** Reads only the keys of the next row: its content may be what cannot be read. */
export async function nextRow(
  connection: Connection,
  { kind, organizationId, scope, after }: Walk,
): Promise<NextRow | undefined> {
  const [table, owner, ownerId] =
    kind === 'retry_failed'
      ? ['webhook_deliveries', 'webhook_id', scope.webhookId]
      : ['webhook_events', 'organization_id', organizationId]
  const columns =
    kind === 'retry_failed' ? 'event_id, id as delivery_id' : 'id as event_id, null as delivery_id'
  const { rows } = await connection.query<{
    id: string
    created_at: string
    event_id: string
    delivery_id: string | null
    event: string
  }>(
    `select id, created_at::text, event, ${columns} from webhooks.${table}
     where ${owner} = $1::uuid and created_at >= greatest($2::timestamptz, $3::timestamptz)
       and created_at < $4::timestamptz and (created_at, id) > ($3::timestamptz, $5::uuid)
     order by created_at, id limit 1`,
    [ownerId, scope.since, after.createdAt, scope.until, after.id],
  )
  const [row] = rows
  return (
    row && {
      createdAt: row.created_at,
      id: row.id,
      eventId: row.event_id,
      event: row.event,
      deliveryId: row.delivery_id,
    }
  )
}

const STAGES = { retry_failed: 'retry', replay_events: 'replay' } as const

export function toFault(
  { kind, organizationId, scope: { webhookId } }: Walk,
  { eventId, event, deliveryId }: NextRow,
  error: unknown,
): DeliveryFault {
  const about = { eventId, event, webhookId, deliveryId }
  return { organizationId, stage: STAGES[kind], ...about, reason: reasonOf(error) }
}
