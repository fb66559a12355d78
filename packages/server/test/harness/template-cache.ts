import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url))
/** What `prepareDatabase` puts into a database: tables and functions, triggers, the catalog of event types. */
const SOURCES = [
  'migrations/**/*.sql',
  'src/capture/**/*.{ts,sql}',
  'src/domain/event-types/**/*.ts',
  'src/database/*.{ts,sql}',
  'src/server/{prepare-database,store-event-types}.ts',
  'src/server/sql/store-event-types.sql',
  'test/harness/{template-cache,databases,postgres,postgres-template,pglite-template}.ts',
]
const MAX_UNUSED_MS = 2 * 24 * 60 * 60 * 1_000

/**
 * A folder with a migrated database, made once for all runs and all checkouts whose databases are alike, and kept in the
 * system's temporary folder. Runs may ask for it at the same time and may be killed: it gets its name once it is complete.
 * @param version of the program that reads the folder
 */
export async function provideTemplate(
  kind: string,
  version: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const prefix = `connectgain-${kind}-`
  const folder = join(tmpdir(), prefix + fingerprint(version))
  if (existsSync(folder)) {
    const now = new Date()
    utimesSync(folder, now, now)
    return folder
  }
  removeUnused(prefix)
  const draft = mkdtempSync(`${folder}-`)
  // PostgreSQL may run as another user than we do, and must get through to its own folder.
  chmodSync(draft, 0o755)
  await make(draft)
  try {
    renameSync(draft, folder)
  } catch {
    // Another run was faster.
    rmSync(draft, { recursive: true })
  }
  return folder
}

function fingerprint(version: string): string {
  const hash = createHash('sha256').update(version).update(String(userInfo().uid))
  for (const file of globSync(SOURCES, { cwd: PACKAGE }).sort()) {
    if (!file.endsWith('.test.ts')) hash.update(file).update(readFileSync(join(PACKAGE, file)))
  }
  // Partitions are made for the day.
  return hash.update(new Date().toISOString().slice(0, 10)).digest('hex').slice(0, 16)
}

/** Templates of earlier migrations, and drafts of runs that were killed. */
function removeUnused(prefix: string): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const folder = join(tmpdir(), name)
    const stats = statSync(folder, { throwIfNoEntry: false })
    if (stats !== undefined && Date.now() - stats.mtimeMs > MAX_UNUSED_MS)
      rmSync(folder, { recursive: true, force: true })
  }
}
