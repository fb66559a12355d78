import type { Connection } from '../db/database.ts'
import type { Principal } from './rest/principal.ts'

/** Switches to the caller's role until the transaction ends: from here on row-level security decides. */
export async function actAs(connection: Connection, { role, organizationId }: Principal): Promise<void> {
  await connection.query(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, [
    role,
    JSON.stringify({ role, organization_id: organizationId }),
  ])
}
