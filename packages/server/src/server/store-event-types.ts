import type { Database } from '../database/database.ts'
import { schemaOf } from '../domain/event-types/event-schema.ts'
import { EVENT_TYPES } from '../domain/event-types/event-types.ts'
import { storeEventTypes as storeEventTypesStatement } from './sql/statements.generated.ts'

/** Updates `webhook_event_types` to the types of this version; other types stay. */
export async function storeEventTypes(database: Database): Promise<void> {
  const types = EVENT_TYPES.map((type) => ({ ...type, schema: schemaOf(type) }))
  await database.query(...storeEventTypesStatement({ types: JSON.stringify(types) }))
}
