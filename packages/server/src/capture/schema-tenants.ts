import { textArray } from '../database/array-literal.ts'
import type { Connection } from '../database/database.ts'

/** How long the organization of a dropped schema stays: a restore may drop it first and take days. */
const MISSING_DAYS = 7

/** Stores the schemas that are tenants, each under its name. */
export async function keepSchemaTenants(connection: Connection, schemas: readonly string[]): Promise<void> {
  if (schemas.length === 0) return
  await connection.query(
    `select webhooks_internal.keep_tenants(array_agg(webhooks_internal.tenant_id(name)), array_agg(name), array_agg(name))
     from unnest($1::text[]) as given (name)`,
    [textArray(schemas)],
  )
}

/** Notes that the schemas are gone: `dropMissingTenants` drops them when they do not come again. */
export async function markMissingTenants(connection: Connection, schemas: readonly string[]): Promise<void> {
  await connection.query(
    `update webhooks_internal.tenants set missing_since = now()
     where missing_since is null
       and id = any (array(select webhooks_internal.tenant_id(name) from unnest($1::text[]) as given (name)))`,
    [textArray(schemas)],
  )
}

/** Drops tenants whose schema has been gone for a week. Returns their names. */
export async function dropMissingTenants(connection: Connection): Promise<string[]> {
  const { rows } = await connection.query<{ external_id: string }>(
    `with missing as (
       select id, external_id from webhooks_internal.tenants where missing_since < now() - $1 * interval '1 day'
     ), dropped as (
       select webhooks_internal.drop_tenants(array_agg(id)) from missing having count(*) > 0
     )
     select external_id from missing, dropped`,
    [MISSING_DAYS],
  )
  return rows.map(({ external_id }) => external_id)
}

/** Stores the only organization, which has no key but its id. */
export async function keepOnlyTenant(connection: Connection, id: string): Promise<void> {
  await connection.query(
    'select webhooks_internal.keep_tenants(array[$1::uuid], array[$1::text], array[null])',
    [id],
  )
}
