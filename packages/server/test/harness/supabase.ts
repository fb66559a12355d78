import { createClient } from '@supabase/supabase-js'
import type { SupabaseClient } from '@supabase/supabase-js'
import { openPglite } from '../../src/database/pglite.ts'
import { openPostgres } from '../../src/database/postgres.ts'
import type { Stage } from './on-each-engine.ts'
import { SERVICE_KEY } from './server-process.ts'

/** The client as its documentation sets it up for a server, with nothing changed inside. */
export function openClient({ server }: Stage, key = SERVICE_KEY): SupabaseClient {
  return createClient(server.url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })
}

/** A table with column types that no table of the product has. What is granted is served. */
export const SAMPLES = `
  create table public.samples (id int primary key, name text, period int4range, words tsvector, tags text[], data jsonb);
  grant select, insert, update, delete on public.samples to webhooks_service;
  insert into public.samples values
    (1, 'a', '[1,5)', to_tsvector('english', 'the fat cats ate rats'), '{x,y}', '{"n": 1, "deep": {"k": "v"}}'),
    (2, 'b', '[5,9)', to_tsvector('english', 'a thin dog'), '{y,z}', '{"n": 2}'),
    (3, 'c', '[20,30)', null, '{}', null);
`

/** Runs a script as the owner of the stage's database, between two processes of the program. */
export async function alterDatabase(stage: Stage, script: string): Promise<void> {
  await stage.server.stop()
  const { DATABASE_URL: url, DATA_DIR: folder } = stage.site.settings
  const database =
    url === undefined ? await openPglite(`${folder}/database`) : openPostgres({ url, poolSize: 1 })
  await database.execute(script)
  await database.close()
  stage.server = await stage.site.start()
}
