import type { Connection } from '../database/database.ts'
import type { CrmMap } from './map/map-schema.ts'
import { parseStoredMap } from './map/parse-map.ts'

/** Keeps the map that was installed last. */
export async function storeMap(connection: Connection, map: CrmMap): Promise<void> {
  await connection.query(
    `insert into webhooks_internal.crm_map as m (map) values ($1)
     on conflict (is_only) do update set map = excluded.map, installed_at = now()
     where m.map::text is distinct from excluded.map::text`,
    [JSON.stringify(map)],
  )
}

/** Whether this version of the program, or one like it, has stored maps in the database. */
export async function hasStoredMap(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ there: boolean }>(
    `select to_regclass('webhooks_internal.crm_map') is not null as there`,
  )
  return rows[0]?.there === true
}

/** Reads the map that was installed last; undefined: none was. */
export async function readStoredMap(connection: Connection): Promise<CrmMap | undefined> {
  const { rows } = await connection.query<{ map: string }>('select map from webhooks_internal.crm_map')
  const text = rows[0]?.map
  return text === undefined ? undefined : parseStoredMap(text)
}

/** Forgets the map, so that nothing is captured from now on. */
export async function forgetMap(connection: Connection): Promise<void> {
  await connection.query('delete from webhooks_internal.crm_map')
}
