import type { Connection } from '../../database/database.ts'
import type { RowOf } from '../../database/statement.ts'
import type { DeliveryFault } from '../../domain/delivery-fault.ts'
import { reasonOf } from '../../domain/delivery-fault.ts'
import type { Cursor } from './missed-events.ts'
import type { RedeliveryKind, RedeliveryScope } from './redeliveries.ts'
import { nextDelivery, nextEvent } from './sql/statements.generated.ts'

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
  const { webhookId, since, until } = scope
  const place = { organizationId, since, until, afterCreatedAt: after.createdAt, afterId: after.id }
  if (kind === 'retry_failed') {
    const { rows } = await connection.query(...nextDelivery({ ...place, webhookId }))
    const [row] = rows
    return row && { ...toKeys(row), eventId: row.event_id, deliveryId: row.id }
  }
  const { rows } = await connection.query(...nextEvent(place))
  const [row] = rows
  return row && { ...toKeys(row), eventId: row.id, deliveryId: null }
}

const toKeys = (row: RowOf<typeof nextEvent>): Cursor & { event: string } => ({
  id: row.id,
  createdAt: row.created_at,
  event: row.event,
})

const STAGES = { retry_failed: 'retry', replay_events: 'replay' } as const

export function toFault(
  { kind, organizationId, scope: { webhookId } }: Walk,
  { eventId, event, deliveryId }: NextRow,
  error: unknown,
): DeliveryFault {
  const about = { eventId, event, webhookId, deliveryId }
  return { organizationId, stage: STAGES[kind], ...about, reason: reasonOf(error) }
}
