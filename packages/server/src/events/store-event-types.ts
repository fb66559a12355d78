import type { Database } from '../db/database.ts'
import { EVENT_TYPES } from './event-types.ts'

/** Brings `webhook_event_types` to what this version knows; types of others stay. */
export async function storeEventTypes(database: Database): Promise<void> {
  await database.query(
    `insert into webhooks.webhook_event_types (name, category, description, example)
     select name, category, description, example
     from json_to_recordset($1::json) as t (name text, category text, description text, example jsonb)
     on conflict (name) do update
       set category = excluded.category, description = excluded.description, example = excluded.example`,
    [JSON.stringify(EVENT_TYPES)],
  )
}
