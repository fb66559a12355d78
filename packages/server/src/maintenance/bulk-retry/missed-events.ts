import { setImmediate } from 'node:timers/promises'
import type { Connection } from '../../database/database.ts'
import type { ParamsOf, RowOf } from '../../database/statement.ts'
import type { Subscription } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'
import type { RedeliveryScope } from './redeliveries.ts'
import {
  deliveryStates,
  pageEvents as pageEventsStatement,
  readSubscription as readSubscriptionStatement,
  waitingEvents,
} from './sql/statements.generated.ts'

/** Events per statement while counting. */
const COUNT_PAGE = 1_000
/** Limit on the events examined for a count, because a user waits for it. */
const COUNTED_EVENTS = 200_000
/** Limit on the filter steps for such a count, in total and between two pauses. */
const COUNTED_STEPS = 20_000_000
const TURN_STEPS = 100_000

/** Position in a scan of rows ordered by (created_at, id). */
export interface Cursor {
  createdAt: string
  id: string
}

const START: Cursor = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** An event that has not reached the webhook. */
export interface MissedEvent {
  eventId: string
  event: string
  /** Its delivery that failed, was cancelled or was filtered; null: it never had one. */
  deliveryId: string | null
}

/** `body` is empty unless a filter needs it. */
type EventRow = RowOf<typeof pageEventsStatement>

/** An event and its state for one webhook. */
export interface EventState extends EventRow {
  /** Still in the outbox: its deliveries are not decided yet. */
  is_waiting: boolean
  /** True also if it is on its way. */
  has_reached: boolean
  delivery_id: string | null
}

/** Reads the webhook in its current form, as matching sees it; undefined if it was deleted. */
export async function readSubscription(
  connection: Connection,
  webhookId: string,
): Promise<Subscription | undefined> {
  const { rows } = await connection.query(...readSubscriptionStatement({ webhookId }))
  return rows[0]
}

/**
 * Returns the next `limit` events of the webhook's organization, each with its state.
 *
 * An event leaves the outbox in the transaction that creates its deliveries. The outbox is read first, so an event
 * missing from it has all its deliveries, and the second read sees them.
 */
export async function pageEvents(
  connection: Connection,
  { organization_id, filter }: Subscription,
  { webhookId, since, until, event }: RedeliveryScope,
  after: Cursor,
  limit: number,
): Promise<EventState[]> {
  const { rows } = await connection.query(
    ...pageEventsStatement({
      organizationId: organization_id,
      since,
      until,
      afterCreatedAt: after.createdAt,
      afterId: after.id,
      event,
      hasBodies: filter !== null,
      limit,
    }),
  )
  if (rows.length === 0) return []
  const events = { eventIds: rows.map((row) => row.id), organizationId: organization_id }
  const waiting = await connection.query(...waitingEvents(events))
  const isWaiting = new Set(waiting.rows.map((row) => row.event_id))
  const states = await readStates(connection, { ...events, webhookId })
  return rows.map((row) => ({
    ...row,
    is_waiting: isWaiting.has(row.id),
    has_reached: states.get(row.id)?.has_reached ?? false,
    delivery_id: states.get(row.id)?.id ?? null,
  }))
}

type StateRow = RowOf<typeof deliveryStates>

/** Maps event ids to states; of several deliveries, the one that reached the webhook wins. */
async function readStates(
  connection: Connection,
  of: ParamsOf<typeof deliveryStates>,
): Promise<Map<string, StateRow>> {
  const { rows } = await connection.query(...deliveryStates(of))
  const states = new Map<string, StateRow>()
  for (const row of rows) {
    if (row.has_reached || !states.has(row.event_id)) states.set(row.event_id, row)
  }
  return states
}

export const toCursor = (row: { created_at: string; id: string } | undefined): Cursor | undefined =>
  row && { createdAt: row.created_at, id: row.id }

/**
 * Selects the events that the webhook missed: matching, the same code as in the pipeline, selects it for them, and they
 * have neither reached it nor are on their way.
 */
export function chooseMissed(
  rows: readonly EventState[],
  subscription: Subscription,
  event: string | null,
): { missed: MissedEvent[]; steps: number } {
  const open = rows.filter(
    (row) => !row.has_reached && !row.is_waiting && (event === null || row.event === event),
  )
  // A webhook that is disabled now can still have missed events.
  const webhooks = new Map([[subscription.organization_id, [{ ...subscription, is_active: true }]]])
  const { matches, steps } = matchWebhooks(open, webhooks)
  const missed = matches.flatMap(({ event: row, filtered }) =>
    filtered === undefined ? [{ eventId: row.id, event: row.event, deliveryId: row.delivery_id }] : [],
  )
  return { missed, steps }
}

/**
 * Counts the events that a webhook missed.
 * @returns null if the period has more than `most` events, missed or not, or the filter takes too long
 */
export async function countMissed(
  connection: Connection,
  scope: RedeliveryScope,
  most = COUNTED_EVENTS,
): Promise<number | null> {
  const subscription = await readSubscription(connection, scope.webhookId)
  if (subscription === undefined) return 0
  let after: Cursor | undefined = START
  let [missed, steps, sinceTurn] = [0, 0, 0]
  for (let seen = 0; after !== undefined;) {
    // One more than the limit, to detect that there are more.
    const limit = Math.min(COUNT_PAGE, most + 1 - seen)
    const rows: EventState[] = await pageEvents(connection, subscription, scope, after, limit)
    for (const row of rows) {
      const looked = chooseMissed([row], subscription, scope.event)
      missed += looked.missed.length
      steps += looked.steps
      if (steps > COUNTED_STEPS) return null
      sinceTurn += looked.steps
      if (sinceTurn < TURN_STEPS) continue
      sinceTurn = 0
      await setImmediate()
    }
    seen += rows.length
    if (seen > most) return null
    after = rows.length === limit ? toCursor(rows.at(-1)) : undefined
  }
  return missed
}
