import { plainArray } from '../../database/array-literal.ts'
import type { Connection, Database } from '../../database/database.ts'
import {
  hasEvents as hasEventsStatement,
  leaveOutbox,
  listWaiting as listWaitingStatement,
  takeEvents as takeEventsStatement,
} from './sql/statements.generated.ts'

/** On the one connection of PGlite, requests wait for the batch; PostgreSQL amortizes a commit over more rows. */
const MAX_BATCH = { pglite: 200, postgresql: 500 }

/** An event taken out of the outbox. */
export interface OutboxEvent {
  id: string
  organization_id: string
  event: string
  /** The origin of the change; null: none was given. */
  origin: string | null
  /** The trace of the event; null: none. */
  traceparent: string | null
  /** The request body of every delivery of this event. */
  body: string
}

/** Returns whether the outbox has events: for an idle relay, a fifth of the cost of taking a batch. */
export async function hasEvents(database: Database, except: readonly number[]): Promise<boolean> {
  const { rows } = await database.query(...hasEventsStatement({ except: plainArray(except) }))
  return rows[0]?.has_events ?? false
}

/** The outbox rows that a batch may take. */
export interface OutboxScope {
  except: readonly number[]
  /** Null: any row. */
  only: readonly number[] | null
}

export const ANY_EVENT: OutboxScope = { except: [], only: null }

/** Lists the outbox rows that a batch would take. */
export async function listWaiting(database: Database, except: readonly number[]): Promise<number[]> {
  const { rows } = await database.query(
    ...listWaitingStatement({ limit: MAX_BATCH[database.engine], except: plainArray(except) }),
  )
  return rows.map(({ id }) => id)
}

/** Takes one event out of the outbox without its body; undefined when it is gone or another node has it. */
export async function removeFromOutbox(
  connection: Connection,
  outboxId: number,
): Promise<Omit<OutboxEvent, 'body'> | undefined> {
  const { rows } = await connection.query(...leaveOutbox({ outboxId }))
  return rows[0]
}

export interface TakenEvents {
  events: OutboxEvent[]
  /** Whether the outbox may hold more. */
  isFull: boolean
}

/** Takes a batch of events out of the outbox. */
export async function takeEvents(
  connection: Connection,
  engine: Database['engine'],
  { except, only }: OutboxScope,
): Promise<TakenEvents> {
  const limit = MAX_BATCH[engine]
  const { rows } = await connection.query(
    ...takeEventsStatement({ limit, except: plainArray(except), only: only && plainArray(only) }),
  )
  return { events: rows, isFull: rows.length === limit }
}
