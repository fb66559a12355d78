import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastFolder } from './fast-folder.ts'

const PREFIX = 'connectgain-run-'
const PROCESS_ID = /^\d+/

/** The temporary folder of a run, named by its process, in memory where there is enough. */
export function makeRunFolder(): string {
  const parent = fastFolder() ?? tmpdir()
  removeAbandoned(parent)
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`))
  // PostgreSQL may run as another user than we do, and must get through to its own folder.
  chmodSync(folder, 0o755)
  return folder
}

/** Folders of runs that were killed. A PostgreSQL that is still running there ends once its files are gone. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const id = name.startsWith(PREFIX) && PROCESS_ID.exec(name.slice(PREFIX.length))?.[0]
    if (typeof id === 'string' && !isRunning(Number(id)))
      rmSync(join(parent, name), { recursive: true, force: true })
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // EPERM: it runs as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
