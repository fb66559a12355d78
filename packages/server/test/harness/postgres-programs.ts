import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const DEBIAN = '/usr/lib/postgresql'

/**
 * Where `pg_dump`, `pg_restore` and `psql` of a server's version are, or of a newer one; undefined: they are not on this machine. Debian's
 * package postgresql-client brings them.
 */
export function findPrograms(version: number): string | undefined {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((name) => join(DEBIAN, name, 'bin')) : []
  const folders = [...debian, ...(process.env['PATH'] ?? '').split(':')]
  return folders.find((folder) => {
    if (!['pg_dump', 'pg_restore', 'psql'].every((name) => existsSync(join(folder, name)))) return false
    const { stdout } = spawnSync(join(folder, 'pg_dump'), ['--version'], { encoding: 'utf8' })
    return Number(/ (\d+)/.exec(stdout)?.[1]) >= version
  })
}

export interface ProgramResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs a program to its end; a script is its standard input. */
export function runProgram(program: string, args: readonly string[], script?: string): ProgramResult {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(script === undefined ? {} : { input: script }),
  })
  return { code: status, stdout, stderr }
}
