import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { Database } from '../../src/db/database.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openPglite } from '../../src/db/pglite.ts'

const DATABASE = 'database'
const MIGRATED = 'migrated.tar'

/**
 * Making an embedded database anew takes seconds of computing, and nearly every test file begins with one. So the suite
 * makes it once: as a folder that a process finds, empty, and as a file that a test loads, migrated.
 * @returns the folder with both, to be passed on as TEST_PGLITE_TEMPLATE
 */
export async function makePgliteTemplate(parent: string): Promise<string> {
  const folder = join(parent, 'pglite-template')
  mkdirSync(folder)
  await (await PGlite.create({ dataDir: join(folder, DATABASE) })).close()
  const dataDir = join(folder, 'migrated')
  cpSync(join(folder, DATABASE), dataDir, { recursive: true })
  const database = await openPglite(dataDir)
  await migrate(database, ['core', 'crm'])
  await database.close()
  const migrated = await PGlite.create({ dataDir })
  writeFileSync(join(folder, MIGRATED), Buffer.from(await (await migrated.dumpDataDir('none')).arrayBuffer()))
  await migrated.close()
  return folder
}

/** Puts an empty database where a process with this DATA_DIR looks for it; without a template it makes its own. */
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
    return await openPglite(undefined, new Blob([readFileSync(join(template, MIGRATED))]))
  const database = await openPglite()
  await migrate(database, ['core', 'crm'])
  return database
}
