import type { Database } from '../database/database.ts'
import { schemaOf } from '../domain/event-types/event-schema.ts'
import { EVENT_TYPES } from '../domain/event-types/event-types.ts'

/** Updates `webhook_event_types` to the types of this version; other types stay. */
export async function storeEventTypes(database: Database): Promise<void> {
  const rows = EVENT_TYPES.map((type) => ({ ...type, schema: schemaOf(type) }))
  await database.query(
    `insert into webhooks.webhook_event_types as known (name, category, description, schema, example, is_custom)
     select name, category, description, schema, example, false
     from json_to_recordset($1::json) as t (name text, category text, description text, schema jsonb, example jsonb)
     on conflict (name) do update
       set category = excluded.category, description = excluded.description, schema = excluded.schema,
         example = excluded.example, is_custom = false
       where (known.category, known.description, known.schema, known.example, known.is_custom)
         is distinct from (excluded.category, excluded.description, excluded.schema, excluded.example, false)`,
    [JSON.stringify(rows)],
  )
}
