import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
/** A run has about 3 GB of databases at once. */
const NEEDED = 8 * 2 ** 30

/**
 * Memory that is a folder, where there is enough of it: the suite makes and removes hundreds of databases, and a fifth of its
 * time went into their files. Undefined: there is none, or nothing in it may be run.
 */
export function fastFolder(): string | undefined {
  if (!existsSync(MEMORY)) return undefined
  const { bavail, bsize } = statfsSync(MEMORY)
  if (bavail * bsize < NEEDED) return undefined
  const probe = mkdtempSync(join(MEMORY, 'connectgain-probe-'))
  const program = join(probe, 'program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
  const { status } = spawnSync(program)
  rmSync(probe, { recursive: true })
  return status === 0 ? MEMORY : undefined
}
