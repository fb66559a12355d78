import type { Connection, Database, Transaction } from './database.ts'
import { prepared } from './statement.ts'
import type { DatabaseShares } from './database-shares.ts'
import type { Actor, Principal } from '../domain/principal.ts'

/** Statement timeout of an operator's request. */
const OPERATOR_TIMEOUT_MS = 30_000
/**
 * Statement timeout of an organization's request. The embedded database cannot interrupt a statement: statements that
 * may scan many rows call `webhooks_internal.is_in_time()` for each row.
 */
const ORGANIZATION_TIMEOUT_MS = { postgresql: 10_000, pglite: 5_000 }

type Access = 'read only' | 'read write'

const ACT_AS = prepared(
  'act-as',
  `select set_config('role', $1 || webhooks_internal.role_suffix(), true), set_config('request.jwt.claims', $2, true),
    set_config('timezone', $8, true), set_config('transaction_read_only', $3, true),
    set_config('webhooks.origin', $4, true), set_config('webhooks.actor', $5, true),
    set_config('webhooks.traceparent', $6, true), set_config('statement_timeout', $7, true)`,
)

/**
 * Switches to the caller's role for the rest of the transaction, together with the next query; row-level security
 * applies from then on. The time zone is UTC unless the request asks for another, so that output does not depend on the server's
 * setting.
 */
export function actAs(
  transaction: Transaction,
  { role, organizationId, origin = null, traceparent = null, actor, credentialId }: Principal,
  access: Access,
  timeoutMs = OPERATOR_TIMEOUT_MS,
  timezone = 'UTC',
): void {
  transaction.ahead(ACT_AS, [
    role,
    JSON.stringify({ role, organization_id: organizationId, credential_id: credentialId }),
    access === 'read only' ? 'on' : 'off',
    origin ?? '',
    actor === undefined || access === 'read only' ? '' : JSON.stringify(actor),
    traceparent ?? '',
    String(timeoutMs),
    timezone,
  ])
}

/** Access to the database on behalf of callers. */
export interface CallerDatabase {
  database: Database
  shares: DatabaseShares
}

/** Runs a transaction as the caller, within the share of the caller's organization. @throws RestError 429 or 503 */
export async function runAs<T>(
  { database, shares }: CallerDatabase,
  principal: Principal,
  access: Access,
  work: (connection: Transaction) => Promise<T>,
  timezone?: string,
): Promise<T> {
  const isOperator = principal.organizationId === null
  const timeoutMs = isOperator ? OPERATOR_TIMEOUT_MS : ORGANIZATION_TIMEOUT_MS[database.engine]
  return await shares.run(principal.organizationId, (charge) =>
    database.transaction(async (connection) => {
      const startedAt = performance.now()
      actAs(connection, principal, access, timeoutMs, timezone)
      return await work(connection).finally(() => charge(performance.now() - startedAt))
    }),
  )
}

/** Runs `work` as the owner, with the caller as the actor of the audit log. */
export async function runWithActor<T>(
  database: Database,
  actor: Actor | undefined,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  return await database.transaction(async (connection) => {
    await connection.query(`select set_config('webhooks.actor', $1, true)`, [
      actor === undefined ? '' : JSON.stringify(actor),
    ])
    return await work(connection)
  })
}
