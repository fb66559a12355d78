import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where `.ci/run` installs programs that only some tests use, as a virtual environment of Python. */
const TOOLS = join(homedir(), '.cache/connectgain-test-tools')

/** Finds a program there, or else in PATH. */
export function findTool(name: string): string | undefined {
  const folders = [join(TOOLS, 'bin'), ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
