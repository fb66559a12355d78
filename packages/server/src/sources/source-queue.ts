import type { Database, Transaction } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'
import { RestError } from '../domain/errors.ts'
import type { ReasonsState } from './reasons.ts'
import type { Provider, Source } from './source-store.ts'

const queueStatement = loadStatement(import.meta.url, 'queue-payload')
const nextStatement = loadStatement(import.meta.url, 'next-payload')
const readStatement = loadStatement(import.meta.url, 'read-payload')
const advanceStatement = loadStatement(import.meta.url, 'advance-payload')
const finishStatement = loadStatement(import.meta.url, 'finish-payload')

/** Limits on one organization's queued payloads, in number and in bytes. */
const MAX_WAITING = 2_000
const MAX_WAITING_BYTES = 32 * 1024 * 1024
const RETRY_SECONDS = 30

/** Each queued payload sends a notification on this channel. */
export const SOURCES_CHANNEL = 'webhooks_sources'

export interface QueuedPayload {
  id: string
  organization_id: string
  provider: Provider
  items_done: number
  /** JSON text. */
  reasons: string
}

/** Queues a verified payload to be taken in later. @throws RestError 429 if the organization has too much queued */
export async function queuePayload(database: Database, source: Source, payload: Buffer): Promise<void> {
  const { rows } = await database.query(queueStatement, [
    source.id,
    source.organizationId,
    source.provider,
    payload,
    MAX_WAITING,
    MAX_WAITING_BYTES,
  ])
  if (rows.length > 0) return
  throw new RestError(429, 'PT429', 'too many payloads of this source are waiting to be processed', {
    hint: `Retry in ${RETRY_SECONDS} seconds.`,
    headers: { 'retry-after': String(RETRY_SECONDS) },
  })
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** Returns a payload of the organization whose turn follows the last one served; undefined if nothing is queued. */
export async function nextPayload(
  connection: Transaction,
  lastServed = BEFORE_ALL,
): Promise<QueuedPayload | undefined> {
  const { rows } = await connection.query<QueuedPayload>(nextStatement, [lastServed])
  return rows[0] ?? (lastServed === BEFORE_ALL ? undefined : await nextPayload(connection))
}

/** Reads the first bytes of a payload. */
export async function readPayload(connection: Transaction, id: string, bytes: number): Promise<Buffer> {
  const { rows } = await connection.query<{ payload: Buffer }>(readStatement, [id, bytes])
  return rows[0]?.payload ?? Buffer.alloc(0)
}

export async function advancePayload(
  connection: Transaction,
  id: string,
  itemsDone: number,
  reasons: ReasonsState,
): Promise<void> {
  await connection.query(advanceStatement, [id, itemsDone, JSON.stringify(reasons)])
}

export async function finishPayload(connection: Transaction, id: string): Promise<void> {
  await connection.query(finishStatement, [id])
}
