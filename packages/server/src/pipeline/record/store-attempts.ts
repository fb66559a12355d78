import { plainArray, textArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import type { ParamsOf } from '../../database/statement.ts'
import type { AttemptRecord } from '../../domain/attempt.ts'
import {
  keepLeases as keepLeasesStatement,
  recordAttempts,
  recordSuccesses,
} from './sql/statements.generated.ts'

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
  for (const [code, batch] of successes) await connection.query(...recordSuccesses(toColumns(batch, code)))
  if (others.length > 0) await connection.query(...recordAttempts({ attempts: JSON.stringify(others) }))
}

/**
 * Extends the leases of deliveries whose outcomes take long to store: otherwise another node would send them again. A hint: without
 * it, the leases end as planned.
 */
export async function keepLeases(connection: Connection, attempts: readonly AttemptRecord[]): Promise<void> {
  const leased = attempts.filter(({ lease }) => lease !== null)
  const statement = keepLeasesStatement({
    deliveries: plainArray(leased.map(({ delivery_id }) => delivery_id)),
    leases: plainArray(leased.map(({ lease }) => lease)),
  })
  await connection.query(...statement).catch(() => {})
}

/** A success that needs no stored request body. */
function isPlainSuccess({ status, lease, request_body }: AttemptRecord): boolean {
  return status === 'success' && lease !== null && request_body === null
}

function toColumns(batch: readonly AttemptRecord[], responseCode: number): ParamsOf<typeof recordSuccesses> {
  const deliveries = batch.map((attempt) => attempt.delivery_id)
  let [lowest, highest] = [deliveries[0]!, deliveries[0]!]
  for (const id of deliveries) {
    if (id < lowest) lowest = id
    if (id > highest) highest = id
  }
  return {
    ids: plainArray(batch.map((attempt) => attempt.id)),
    deliveries: plainArray(deliveries),
    leases: plainArray(batch.map((attempt) => attempt.lease)),
    attempts: plainArray(batch.map((attempt) => attempt.attempt)),
    triggers: plainArray(batch.map((attempt) => attempt.trigger)),
    urls: textArray(batch.map((attempt) => attempt.url)),
    durationsMs: plainArray(batch.map((attempt) => attempt.duration_ms)),
    requestHeaders: textArray(batch.map((attempt) => attempt.request_headers)),
    responseHeaders: textArray(batch.map((attempt) => attempt.response_headers)),
    responseBodies: textArray(batch.map((attempt) => attempt.response_body)),
    createdAt: plainArray(batch.map((attempt) => attempt.created_at)),
    organizations: plainArray(batch.map((attempt) => attempt.organization_id)),
    webhooks: plainArray(batch.map((attempt) => attempt.webhook_id)),
    events: plainArray(batch.map((attempt) => attempt.event_id)),
    eventTypes: textArray(batch.map((attempt) => attempt.event)),
    responseCode,
    lowestDelivery: lowest,
    highestDelivery: highest,
  }
}
