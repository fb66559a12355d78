import { plainArray } from '../../database/array-literal.ts'
import type { Connection, Database, Transaction } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'

const takeEvents = loadStatement(import.meta.url, 'take-events')
const listWaitingStatement = loadStatement(import.meta.url, 'list-waiting')
const leaveOutboxStatement = loadStatement(import.meta.url, 'leave-outbox')
const hasEventsStatement = loadStatement(import.meta.url, 'has-events')

/** Where there is one connection, requests wait for the batch; elsewhere a commit costs the more the fewer rows there are. */
const OUTBOX_BATCH = { pglite: 200, postgresql: 500 }

/** An event as it leaves the outbox. */
export interface OutboxEvent {
  id: string
  organization_id: string
  event: string
  /** Who made the change, where that was said. */
  origin: string | null
  /** The trace it belongs to, where that was said. */
  traceparent: string | null
  /** The request body that every delivery of this event will carry. */
  body: string
}

/** What an idle relay asks: it costs a fifth of taking nothing. */
export async function hasEvents(database: Database, except: readonly number[]): Promise<boolean> {
  const { rows } = await database.query<{ has_events: boolean }>(hasEventsStatement, [plainArray(except)])
  return rows[0]?.has_events ?? false
}

export interface RelayedBatch {
  count: number
  /** Whether the outbox may hold more. */
  isFull: boolean
}

/** Which rows of the outbox a batch may take. */
export interface OutboxScope {
  except: readonly number[]
  /** Null: any. */
  only: readonly number[] | null
}

const ANY: OutboxScope = { except: [], only: null }

/** The rows of the outbox that a batch would take. */
export async function listWaiting(database: Database, except: readonly number[]): Promise<number[]> {
  const { rows } = await database.query<{ id: number }>(listWaitingStatement, [
    OUTBOX_BATCH[database.engine],
    plainArray(except),
  ])
  return rows.map(({ id }) => id)
}

/** Takes one event out of the outbox, unread; undefined when it is there no more or another node has it. */
export async function leaveOutbox(
  connection: Connection,
  outboxId: number,
): Promise<Omit<OutboxEvent, 'body'> | undefined> {
  const { rows } = await connection.query<Omit<OutboxEvent, 'body'>>(leaveOutboxStatement, [outboxId])
  return rows[0]
}

/**
 * Moves one batch of events out of the outbox: `fanOut` writes their deliveries in the same transaction, and what it
 * returns is handed over, with the events, only after the commit.
 */
export async function relayBatch<T>(
  database: Database,
  fanOut: (transaction: Transaction, events: readonly OutboxEvent[]) => Promise<T>,
  handOver: (created: T, events: readonly OutboxEvent[]) => void,
  { except, only } = ANY,
): Promise<RelayedBatch> {
  const most = OUTBOX_BATCH[database.engine]
  const { events, created } = await database.transaction(async (transaction) => {
    const { rows } = await transaction.query<OutboxEvent>(takeEvents, [
      most,
      plainArray(except),
      only && plainArray(only),
    ])
    return { events: rows, created: rows.length === 0 ? undefined : await fanOut(transaction, rows) }
  })
  if (created !== undefined) handOver(created, events)
  return { count: events.length, isFull: events.length === most }
}
