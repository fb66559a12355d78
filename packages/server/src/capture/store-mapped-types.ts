import type { Connection } from '../database/database.ts'
import type { MappedEventType } from './map/event-types-of-map.ts'

/** Registers the event types of a map beside the program's own, or updates them. */
export async function storeMappedTypes(
  connection: Connection,
  types: readonly MappedEventType[],
): Promise<void> {
  if (types.length > 0) await storeTypes(connection, JSON.stringify(types))
}

/** Copies the types that are not the program's own into another database. */
export async function copyOwnTypes(from: Connection, to: Connection): Promise<void> {
  const { rows } = await from.query<{ types: string }>(
    `select coalesce(json_agg(t), '[]')::text as types
     from (select name, category, description, schema, example from webhooks.webhook_event_types where is_custom) as t`,
  )
  await storeTypes(to, rows[0]!.types)
}

async function storeTypes(connection: Connection, types: string): Promise<void> {
  await connection.query(
    `insert into webhooks.webhook_event_types as t (name, category, description, schema, example)
     select name, category, description, schema, example
     from json_to_recordset($1::json) as given (name text, category text, description text, schema jsonb, example jsonb)
     on conflict (name) do update
       set category = excluded.category, description = excluded.description, schema = excluded.schema,
         example = excluded.example
       where t.is_custom and (t.category, t.description, t.schema, t.example)
         is distinct from (excluded.category, excluded.description, excluded.schema, excluded.example)`,
    [types],
  )
}
