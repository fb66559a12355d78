import { join } from 'node:path'
import type { Database } from '../../../server/src/database/database.ts'
import { openPglite } from '../../../server/src/database/pglite.ts'
import { openPostgres } from '../../../server/src/database/postgres.ts'
import type { ServerSite } from '../../../server/test/harness/server-process.ts'

/** Opens the database of a site whose server is stopped: the embedded database can be opened once only. */
export async function openDatabase({ settings }: ServerSite): Promise<Database> {
  const url = settings['DATABASE_URL']
  if (url !== undefined && url !== '') return openPostgres({ url, poolSize: 1 })
  return await openPglite(join(settings['DATA_DIR'] ?? '', 'database'))
}
