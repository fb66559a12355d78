import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { Database } from '../src/database/database.ts'
import { openPglite } from '../src/database/pglite.ts'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import { MIGRATED_TEMPLATE } from '../test/harness/databases.ts'
import { providePostgresTemplate } from '../test/harness/postgres-template.ts'
import { startPostgres } from '../test/harness/postgres.ts'
import { writeErrorDocs } from './write-error-docs.ts'
import { writeEventDocs } from './write-event-docs.ts'
import { writeReceiverTypes } from './write-receiver-types.ts'
import { writeRowTypes } from './write-row-types.ts'
import { writeSettingsDocs } from './write-settings-docs.ts'
import { writeStatements } from './write-statements.ts'

const ROOT = new URL('../../../', import.meta.url)

/** @param now what the file says now @param database a migrated one */
type Write = (now: string, database: Database) => string | Promise<string>

/** The files that are written from the sources. A test holds that they are what this gives. */
export const GENERATED: readonly (readonly [path: string, write: Write])[] = [
  ['packages/receiver/src/events.ts', writeReceiverTypes] as const,
  ['packages/server/src/domain/api-rows.ts', writeRowTypes] as const,
  ['docs/events.md', writeEventDocs] as const,
  ['docs/errors.md', writeErrorDocs] as const,
  ['docs/operations.md', writeSettingsDocs] as const,
].map(([path, write]) => [fileURLToPath(new URL(path, ROOT)), write])

if (import.meta.main) {
  const database = await openPglite()
  await prepareDatabase(database, { crmTables: true })
  for (const [path, write] of GENERATED) {
    writeFileSync(path, await write(existsSync(path) ? readFileSync(path, 'utf8') : '', database))
  }
  await database.close()
  const postgres = await startPostgres(undefined, undefined, { template: await providePostgresTemplate() })
  const client = new Client({ connectionString: new URL(MIGRATED_TEMPLATE, postgres.url).href })
  await client.connect()
  for (const [path, text] of await writeStatements(client)) writeFileSync(path, text)
  await client.end()
  await postgres.stop()
}
