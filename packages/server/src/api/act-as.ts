import type { Connection, Database, Transaction } from '../db/database.ts'
import { prepared } from '../db/statement.ts'
import type { Actor, Principal } from './rest/principal.ts'

/** For one statement of a request; PGlite, which runs on our own thread, cannot keep to it. */
const STATEMENT_TIMEOUT = '30s'

const ACT_AS = prepared(
  'act-as',
  `select set_config('role', $1 || webhooks_internal.role_suffix(), true), set_config('request.jwt.claims', $2, true),
    set_config('timezone', 'UTC', true), set_config('transaction_read_only', $3, true),
    set_config('statement_timeout', '${STATEMENT_TIMEOUT}', true), set_config('webhooks.origin', $4, true),
    set_config('webhooks.actor', $5, true), set_config('webhooks.traceparent', $6, true)`,
)

/**
 * Switches to the caller's role, with the next query and until the transaction ends: from there on row-level security
 * decides. In UTC, so that the same instant reads the same whatever the server's setting.
 */
export function actAs(
  transaction: Transaction,
  { role, organizationId, origin = null, traceparent = null, actor }: Principal,
  access: 'read only' | 'read write',
): void {
  transaction.ahead(ACT_AS, [
    role,
    JSON.stringify({ role, organization_id: organizationId }),
    access === 'read only' ? 'on' : 'off',
    origin ?? '',
    actor === undefined || access === 'read only' ? '' : JSON.stringify(actor),
    traceparent ?? '',
  ])
}

/** Runs as the owner what the audit log is to have in the caller's name. */
export async function inNameOf<T>(
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
