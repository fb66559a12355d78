import { setImmediate } from 'node:timers/promises'
import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import type { Subscription } from '../../domain/match-webhooks.ts'
import { matchWebhooks } from '../../domain/match-webhooks.ts'
import type { RedeliveryScope } from './redeliveries.ts'

const pageEventsStatement = loadStatement(import.meta.url, 'page-events')
const waitingEvents = loadStatement(import.meta.url, 'waiting-events')
const deliveryStates = loadStatement(import.meta.url, 'delivery-states')

/** Events looked at in one statement while counting. */
const COUNT_PAGE = 1_000
/** Events looked at for a count that somebody waits for. */
const COUNTED_EVENTS = 200_000
/** What filters may take for such a count, and for how long at a stretch. */
const COUNTED_STEPS = 20_000_000
const TURN_STEPS = 100_000

/** Where a walk through rows in order of (created_at, id) has come to. */
export interface Cursor {
  createdAt: string
  id: string
}

export const START: Cursor = { createdAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** An event that has not reached the webhook. */
export interface MissedEvent {
  eventId: string
  event: string
  /** Its delivery that failed, was cancelled or kept back; null: it never had one. */
  deliveryId: string | null
}

interface EventRow {
  id: string
  organization_id: string
  event: string
  origin: string | null
  created_at: string
  /** Empty where no filter asks for it. */
  body: string
}

/** An event and what has become of it for one webhook. */
export interface EventState extends EventRow {
  /** It is not fanned out yet: nothing is decided. */
  is_waiting: boolean
  /** Or is on its way. */
  has_reached: boolean
  delivery_id: string | null
}

/** The webhook as it is now, as the fan-out sees it; undefined when it was deleted. */
export async function readSubscription(
  connection: Connection,
  webhookId: string,
): Promise<Subscription | undefined> {
  const { rows } = await connection.query<Subscription>(
    'select * from webhooks_internal.targets where webhook_id = $1',
    [webhookId],
  )
  return rows[0]
}

/**
 * The next `limit` events of the webhook's organization, and what has become of each.
 *
 * An event leaves the outbox in the transaction that creates its deliveries. The outbox is read first: what is not in it
 * any more has all the deliveries that it will have, and they are seen.
 */
export async function pageEvents(
  connection: Connection,
  { organization_id, filter }: Subscription,
  { webhookId, since, until, event }: RedeliveryScope,
  after: Cursor,
  limit: number,
): Promise<EventState[]> {
  const params = [organization_id, since, until, after.createdAt, after.id, limit, event, filter !== null]
  const { rows } = await connection.query<EventRow>(pageEventsStatement, params)
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const waiting = await connection.query<{ event_id: string }>(waitingEvents, [ids, organization_id])
  const isWaiting = new Set(waiting.rows.map((row) => row.event_id))
  const states = await readStates(connection, webhookId, organization_id, ids)
  return rows.map((row) => ({
    ...row,
    is_waiting: isWaiting.has(row.id),
    has_reached: states.get(row.id)?.has_reached ?? false,
    delivery_id: states.get(row.id)?.id ?? null,
  }))
}

interface StateRow {
  event_id: string
  id: string
  has_reached: boolean
}

/** By event; of several deliveries the one that has reached the webhook. */
async function readStates(
  connection: Connection,
  webhookId: string,
  organizationId: string,
  eventIds: readonly string[],
): Promise<Map<string, StateRow>> {
  const { rows } = await connection.query<StateRow>(deliveryStates, [webhookId, eventIds, organizationId])
  const states = new Map<string, StateRow>()
  for (const row of rows) {
    if (row.has_reached || !states.has(row.event_id)) states.set(row.event_id, row)
  }
  return states
}

export const cursorOf = (row: { created_at: string; id: string } | undefined): Cursor | undefined =>
  row && { createdAt: row.created_at, id: row.id }

/**
 * Those events that the webhook has missed: it subscribes to them and its filter lets them through, decided by the same
 * code as in the fan-out, and they have neither reached it nor are on their way.
 */
export function chooseMissed(
  rows: readonly EventState[],
  subscription: Subscription,
  event: string | null,
): { missed: MissedEvent[]; steps: number } {
  const open = rows.filter(
    (row) => !row.has_reached && !row.is_waiting && (event === null || row.event === event),
  )
  // Whether it is on at the moment does not say what it has missed.
  const webhooks = new Map([[subscription.organization_id, [{ ...subscription, is_active: true }]]])
  const { matches, steps } = matchWebhooks(open, webhooks)
  const missed = matches.flatMap(({ event: row, filtered }) =>
    filtered === undefined ? [{ eventId: row.id, event: row.event, deliveryId: row.delivery_id }] : [],
  )
  return { missed, steps }
}

/**
 * How many events a webhook has missed.
 * @returns null when the time holds more than `most` events, whether missed or not, or the filter takes too long: too much to look through
 * at once.
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
    // One more than the most, to know whether there are more.
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
    after = rows.length === limit ? cursorOf(rows.at(-1)) : undefined
  }
  return missed
}
