import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'

/** Long enough for another checkout that still uses a folder to be tested again. */
const UNUSED_MS = 30 * 86_400_000

/** Marks a folder as used today, and removes those beside it that nothing has used for a month. */
export function useKeptFolder(parent: string, name: string, now = Date.now()): void {
  utimesSync(join(parent, name), now / 1_000, now / 1_000)
  for (const each of readdirSync(parent)) {
    const path = join(parent, each)
    // Another run may have removed it meanwhile.
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now
    if (now - used > UNUSED_MS) rmSync(path, { recursive: true, force: true })
  }
}
