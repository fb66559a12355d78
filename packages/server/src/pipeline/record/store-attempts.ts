import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { loadStatement } from '../../database/statement.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'

const recordAttempts = loadStatement(import.meta.url, 'record-attempts')
const recordSuccesses = loadStatement(import.meta.url, 'record-successes')
const keepLeasesStatement = loadStatement(import.meta.url, 'keep-leases')

/**
 * Writes attempts and the next state of their deliveries, exactly once even when called again with the same attempts.
 * Successes take a shorter statement, one for each response code.
 */
export async function storeAttempts(
  connection: Connection,
  attempts: readonly AttemptRecord[],
): Promise<void> {
  const successes = new Map<number, AttemptRecord[]>()
  const others: AttemptRecord[] = []
  for (const attempt of attempts) {
    const code = isPlainSuccess(attempt) ? attempt.response_code : null
    if (code === null) others.push(attempt)
    else if (successes.has(code)) successes.get(code)!.push(attempt)
    else successes.set(code, [attempt])
  }
  for (const [code, batch] of successes) await connection.query(recordSuccesses, toColumns(batch, code))
  if (others.length > 0) await connection.query(recordAttempts, [JSON.stringify(others)])
}

/**
 * Extends the leases of deliveries whose outcomes take long to store: otherwise another node would send them again. A hint: without
 * it, the leases end as planned.
 */
export async function keepLeases(connection: Connection, attempts: readonly AttemptRecord[]): Promise<void> {
  const leased = attempts.filter(({ lease }) => lease !== null)
  const params = [
    plainArray(leased.map(({ delivery_id }) => delivery_id)),
    plainArray(leased.map(({ lease }) => lease)),
  ]
  await connection.query(keepLeasesStatement, params).catch(() => {})
}

/** A success that needs no stored request body. */
function isPlainSuccess({ status, lease, request_body }: AttemptRecord): boolean {
  return status === 'success' && lease !== null && request_body === null
}

function toColumns(batch: readonly AttemptRecord[], responseCode: number): unknown[] {
  const deliveries = batch.map((attempt) => attempt.delivery_id)
  let [lowest, highest] = [deliveries[0]!, deliveries[0]!]
  for (const id of deliveries) {
    if (id < lowest) lowest = id
    if (id > highest) highest = id
  }
  return [
    plainArray(batch.map((attempt) => attempt.id)),
    plainArray(deliveries),
    plainArray(batch.map((attempt) => attempt.lease)),
    plainArray(batch.map((attempt) => attempt.attempt)),
    plainArray(batch.map((attempt) => attempt.trigger)),
    textArray(batch.map((attempt) => attempt.url)),
    plainArray(batch.map((attempt) => attempt.duration_ms)),
    textArray(batch.map((attempt) => attempt.request_headers)),
    textArray(batch.map((attempt) => attempt.response_headers)),
    textArray(batch.map((attempt) => attempt.response_body)),
    plainArray(batch.map((attempt) => attempt.created_at)),
    plainArray(batch.map((attempt) => attempt.organization_id)),
    plainArray(batch.map((attempt) => attempt.webhook_id)),
    plainArray(batch.map((attempt) => attempt.event_id)),
    textArray(batch.map((attempt) => attempt.event)),
    responseCode,
    lowest,
    highest,
  ]
}
