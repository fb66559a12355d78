import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import type { Database } from '../../src/database/database.ts'
import { openPglite } from '../../src/database/pglite.ts'
import { prepareDatabase } from '../../src/server/prepare-database.ts'
import { provideTemplate } from './template-cache.ts'

const PGLITE_VERSION = readFileSync(
  join(fileURLToPath(import.meta.resolve('@electric-sql/pglite')), '../../package.json'),
  'utf8',
)
const DATABASE = 'database'
const DUMP = 'database.tar'

/**
 * Making an embedded database anew takes seconds of computing, and nearly every test of one begins with it. So it is made
 * and migrated once: as a folder that a process finds, and as a file that a test loads.
 * @returns the folder with both, to be passed on as TEST_PGLITE_TEMPLATE
 */
export async function providePgliteTemplate(): Promise<string> {
  return await provideTemplate('pglite', PGLITE_VERSION, async (draft) => {
    const dataDir = join(draft, DATABASE)
    const database = await openPglite(dataDir)
    await prepareDatabase(database, { crmTables: true })
    await database.close()
    const migrated = await PGlite.create({ dataDir })
    writeFileSync(join(draft, DUMP), Buffer.from(await (await migrated.dumpDataDir('none')).arrayBuffer()))
    await migrated.close()
  })
}

/** Puts a migrated database where a process with this DATA_DIR looks for it; without a template it makes its own. */
export function copyPgliteTemplate(dataDir: string): void {
  const template = process.env['TEST_PGLITE_TEMPLATE']
  if (template === undefined) return
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  cpSync(join(template, DATABASE), join(dataDir, DATABASE), { recursive: true })
}

/** A migrated database in memory. */
export async function openPgliteMigrated(): Promise<Database> {
  const template = process.env['TEST_PGLITE_TEMPLATE']
  if (template !== undefined)
    return await openPglite(undefined, new Blob([readFileSync(join(template, DUMP))]))
  const database = await openPglite()
  await prepareDatabase(database, { crmTables: true })
  return database
}
