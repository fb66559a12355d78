import type { Connection } from '../db/database.ts'
import type { Principal } from './rest/principal.ts'

/** For one statement of a request; PGlite, which runs on our own thread, cannot keep to it. */
const STATEMENT_TIMEOUT = '30s'

/**
 * Switches to the caller's role until the transaction ends: from here on row-level security decides. In UTC, so that
 * the same instant reads the same whatever the server's setting.
 */
export async function actAs(
  connection: Connection,
  { role, organizationId, origin = null }: Principal,
  access: 'read only' | 'read write',
): Promise<void> {
  await connection.query(
    `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
      set_config('timezone', 'UTC', true), set_config('transaction_read_only', $3, true),
      set_config('statement_timeout', '${STATEMENT_TIMEOUT}', true), set_config('webhooks.origin', $4, true)`,
    [
      role,
      JSON.stringify({ role, organization_id: organizationId }),
      access === 'read only' ? 'on' : 'off',
      origin ?? '',
    ],
  )
}
