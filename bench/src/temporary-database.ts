import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from './ours.ts'
import type { BenchPostgres } from './postgres.ts'

/** Creates an empty database for the duration of the work: its URL, or the data folder for PGlite. */
export async function withTemporaryDatabase(
  postgres: BenchPostgres,
  engine: Engine,
  work: (at: { url: string } | { folder: string }) => Promise<void>,
): Promise<void> {
  if (engine === 'postgresql') {
    const { url, drop } = await postgres.createDatabase()
    try {
      await work({ url })
    } finally {
      await drop()
    }
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-bench-'))
  try {
    await work({ folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
