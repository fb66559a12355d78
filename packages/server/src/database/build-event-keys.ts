import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './database.ts'

const MIGRATION = 'core/0024_event_ids_per_organization.sql'
/** With fewer rows, the migration builds the index in an instant. */
const SMALL_ROW_COUNT = 50_000
const LOOK_AGAIN_MS = 1_000

interface Partition {
  name: string
  /** Null: the index does not exist; false: it is being built, or its build was interrupted. */
  is_valid: boolean | null
  is_building: boolean
}

/**
 * Builds the indexes of the new primary key of events before the migration that adds it, one partition after the other,
 * without blocking writers. The migration would build them under its locks, while the CRM waits.
 */
export async function buildEventKeys(database: Database, fewRows = SMALL_ROW_COUNT): Promise<void> {
  if (database.engine === 'pglite' || !(await isPending(database))) return
  for (
    let partition = await findUnbuilt(database, fewRows);
    partition !== undefined;
    partition = await findUnbuilt(database, fewRows)
  ) {
    const { name, is_valid, is_building } = partition
    if (is_building) await sleep(LOOK_AGAIN_MS)
    else if (is_valid === false) {
      await database.execute(`drop index concurrently if exists webhooks_internal.${name}_event_key`)
    } else {
      await database.execute(
        `create unique index concurrently if not exists ${name}_event_key
         on webhooks_internal.${name} (id, organization_id)`,
      )
    }
  }
}

async function isPending(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>(
    `select to_regclass('webhooks.webhook_events') is not null
       and to_regclass('webhooks.schema_migrations') is not null as is_there`,
  )
  if (rows[0]?.is_there !== true) return false
  const applied = await database.query('select from webhooks.schema_migrations where name = $1', [MIGRATION])
  return applied.rows.length === 0
}

/** Partition names are ours: letters, digits and underscores only. */
async function findUnbuilt(database: Database, fewRows: number): Promise<Partition | undefined> {
  const { rows } = await database.query<Partition>(
    `select c.relname as name, k.indisvalid as is_valid,
       exists (select from pg_stat_progress_create_index p where p.relid = c.oid) as is_building
     from pg_inherits i
     join pg_class c on c.oid = i.inhrelid
     left join pg_class built on built.relnamespace = c.relnamespace and built.relname = c.relname || '_event_key'
     left join pg_index k on k.indexrelid = built.oid
     where i.inhparent = 'webhooks.webhook_events'::regclass and c.reltuples > $1
       and (k.indisvalid is null or not k.indisvalid)
     order by c.relname
     limit 1`,
    [fewRows],
  )
  return rows[0]
}
