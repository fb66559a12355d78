import { phrase } from '../domain/messages/phrase.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { RowOf } from '../database/statement.ts'
import { RestError } from '../domain/errors.ts'
import type { ReasonsState } from './reasons.ts'
import type { Provider, Source } from './source-store.ts'
import {
  advancePayload as advancePayloadStatement,
  finishPayload as finishPayloadStatement,
  nextPayload as nextPayloadStatement,
  queuePayload as queuePayloadStatement,
  readPayload as readPayloadStatement,
} from './sql/statements.generated.ts'

/** Limits on one organization's queued payloads, in number and in bytes. */
const MAX_WAITING = 2_000
const MAX_WAITING_BYTES = 32 * 1024 * 1024
const RETRY_SECONDS = 30

/** Each queued payload sends a notification on this channel. */
export const SOURCES_CHANNEL = 'webhooks_sources'

/** `reasons` is JSON text. */
export interface QueuedPayload extends RowOf<typeof nextPayloadStatement> {
  provider: Provider
}

/** Queues a verified payload to be taken in later. @throws RestError 429 if the organization has too much queued */
export async function queuePayload(database: Database, source: Source, payload: Buffer): Promise<void> {
  const { id: sourceId, organizationId, provider } = source
  const { rows } = await database.query(
    ...queuePayloadStatement({
      sourceId,
      organizationId,
      provider,
      payload,
      maxWaiting: MAX_WAITING,
      maxWaitingBytes: MAX_WAITING_BYTES,
    }),
  )
  if (rows.length > 0) return
  throw new RestError(429, 'PT429', phrase('limit.payloads'), {
    hint: phrase('hint.retryIn', { seconds: RETRY_SECONDS }),
    headers: { 'retry-after': String(RETRY_SECONDS) },
  })
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** Returns a payload of the organization whose turn follows the last one served; undefined if nothing is queued. */
export async function nextPayload(
  connection: Transaction,
  lastServed = BEFORE_ALL,
): Promise<QueuedPayload | undefined> {
  const { rows } = await connection.query(...nextPayloadStatement({ lastServed }))
  const [row] = rows
  // Only `queuePayload` writes the table.
  if (row !== undefined) return { ...row, provider: row.provider as Provider }
  return lastServed === BEFORE_ALL ? undefined : await nextPayload(connection)
}

/** Reads the first bytes of a payload. */
export async function readPayload(connection: Transaction, id: string, bytes: number): Promise<Buffer> {
  const { rows } = await connection.query(...readPayloadStatement({ id, bytes }))
  return rows[0]?.payload ?? Buffer.alloc(0)
}

export async function advancePayload(
  connection: Transaction,
  id: string,
  itemsDone: number,
  reasons: ReasonsState,
): Promise<void> {
  await connection.query(...advancePayloadStatement({ id, itemsDone, reasons: JSON.stringify(reasons) }))
}

export async function finishPayload(connection: Transaction, id: string): Promise<void> {
  await connection.query(...finishPayloadStatement({ id }))
}
