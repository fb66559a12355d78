import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Database } from '../src/database/database.ts'
import { openPglite } from '../src/database/pglite.ts'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import { writeClientTypes } from './write-client-types.ts'
import { writeMessageTypes } from '../../web/build/write-message-types.ts'
import { writeErrorDocs } from './write-error-docs.ts'
import { writeEventDocs } from './write-event-docs.ts'
import { writeMapDocs } from './write-map-docs.ts'
import { writeMapSchema } from './write-map-schema.ts'
import { writeMessageParams } from './write-message-params.ts'
import { writeReceiverTypes } from './write-receiver-types.ts'
import { writeSettingsDocs } from './write-settings-docs.ts'

const ROOT = new URL('../../../', import.meta.url)

/** @param now the current content of the file @param database a migrated one */
type Write = (now: string, database: Database) => string | Promise<string>

/** The files that are generated from the sources, other than the types of statements. A test compares them with the sources. */
export const GENERATED: readonly (readonly [path: string, write: Write])[] = [
  ['packages/receiver/src/events.ts', writeReceiverTypes] as const,
  ['packages/client/src/types.generated.ts', writeClientTypes] as const,
  ['packages/server/src/domain/messages/messages.generated.ts', writeMessageParams] as const,
  ['packages/web/src/messages/messages.generated.ts', writeMessageTypes] as const,
  ['docs/events.md', writeEventDocs] as const,
  ['docs/errors.md', writeErrorDocs] as const,
  ['docs/operations.md', writeSettingsDocs] as const,
  ['packages/server/map.schema.json', writeMapSchema] as const,
  ['docs/installing.md', writeMapDocs] as const,
].map(([path, write]) => [fileURLToPath(new URL(path, ROOT)), write])

export async function writeGeneratedFiles(): Promise<void> {
  const database = await openPglite()
  await prepareDatabase(database, { crmTables: true })
  for (const [path, write] of GENERATED) {
    writeFileSync(path, await write(existsSync(path) ? readFileSync(path, 'utf8') : '', database))
  }
  await database.close()
}
