import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import type { Database } from '../../src/database/database.ts'
import { readMigrations } from '../../src/database/migrate.ts'
import { openPglite } from '../../src/database/pglite.ts'
import { prepareDatabase } from '../../src/server/prepare-database.ts'

const PGLITE_VERSION = readFileSync(
  join(fileURLToPath(import.meta.resolve('@electric-sql/pglite')), '../../package.json'),
)
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url))
const DATABASE = 'database'
const DUMP = 'database.tar'

/**
 * Making an embedded database anew takes seconds of computing, and nearly every test file begins with one. So it is made
 * and migrated once for all runs with this PGlite and these migrations: as a folder that a process finds, and as a file
 * that a test loads.
 * @returns the folder with both, to be passed on as TEST_PGLITE_TEMPLATE
 */
export async function providePgliteTemplate(): Promise<string> {
  const folder = join(tmpdir(), `connectgain-pglite-${fingerprint()}`)
  if (existsSync(folder)) return folder
  const draft = mkdtempSync(`${folder}-`)
  const dataDir = join(draft, DATABASE)
  const database = await openPglite(dataDir)
  await prepareDatabase(database, { crmTables: true })
  await database.close()
  const migrated = await PGlite.create({ dataDir })
  writeFileSync(join(draft, DUMP), Buffer.from(await (await migrated.dumpDataDir('none')).arrayBuffer()))
  await migrated.close()
  try {
    renameSync(draft, folder)
  } catch {
    // Another run was faster.
    rmSync(draft, { recursive: true })
  }
  return folder
}

function fingerprint(): string {
  const hash = createHash('sha256')
    .update(PGLITE_VERSION)
    .update(readFileSync(import.meta.filename))
  for (const set of ['core', 'crm'] as const)
    for (const { name, checksum } of readMigrations(set)) hash.update(name).update(checksum)
  // They write the triggers and the catalog of events.
  for (const file of globSync('{crm,events}/**/*.{ts,sql}', { cwd: SOURCES }).sort())
    hash.update(readFileSync(join(SOURCES, file)))
  // Partitions are made for the day.
  return hash.update(new Date().toISOString().slice(0, 10)).digest('hex').slice(0, 16)
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
