import { textArray } from '../database/array-literal.ts'
import type { Connection } from '../database/database.ts'

/** Stores the schemas that are tenants, each under its name. */
export async function keepSchemaTenants(connection: Connection, schemas: readonly string[]): Promise<void> {
  if (schemas.length === 0) return
  await connection.query(
    `select webhooks_internal.keep_tenants(array_agg(webhooks_internal.tenant_id(name)), array_agg(name), array_agg(name))
     from unnest($1::text[]) as given (name)`,
    [textArray(schemas)],
  )
}

export async function dropSchemaTenants(connection: Connection, schemas: readonly string[]): Promise<void> {
  await connection.query(
    `select webhooks_internal.drop_tenants(array_agg(webhooks_internal.tenant_id(name))) from unnest($1::text[]) as given (name)`,
    [textArray(schemas)],
  )
}

/** Stores the only organization, which has no key but its id. */
export async function keepOnlyTenant(connection: Connection, id: string): Promise<void> {
  await connection.query(
    'select webhooks_internal.keep_tenants(array[$1::uuid], array[$1::text], array[null])',
    [id],
  )
}
