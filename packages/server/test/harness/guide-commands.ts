import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const run = promisify(execFile)

const PROGRAM = join(ROOT, 'packages/server/bin/connectgain-webhooks.js')
/** An error response fails the command: the guide shows no request that is meant to be refused. */
const CURL = '#!/bin/sh\nPATH="$CLEAN_PATH" exec curl --fail-with-body -sS "$@"\n'
/** `doctor` exits with 1 when it finds a problem, which does not fail the test. */
const NPX = `#!/bin/sh
shift
test "$1" = doctor || exec "${process.execPath}" "${PROGRAM}" "$@"
"${process.execPath}" "${PROGRAM}" "$@" || true
`
/** Stops the server as soon as it prints its URL; a graceful stop exits with 0. */
const NPM = `#!/bin/sh
test "$*" = start || exit 64
PORT=0 exec "${process.execPath}" "${join(ROOT, 'packages/server/test/harness/start-and-stop.ts')}"
`
/** Not every machine has PostgreSQL's own. */
const PSQL = `#!/bin/sh
exec "${process.execPath}" "${join(ROOT, 'packages/server/test/harness/run-sql.ts')}" "$@"
`

/** The blocks of a page that are marked `sh`. */
export function blocksOf(page: string): string[] {
  const text = readFileSync(join(ROOT, `docs/${page}.md`), 'utf8')
  const blocks = [...text.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
  assert.ok(blocks.length > 0)
  return blocks
}

/** A folder to run commands in, with the programs that they call. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-docs-'))
  mkdirSync(join(folder, 'bin'))
  for (const [name, text] of Object.entries({ curl: CURL, npx: NPX, npm: NPM, psql: PSQL })) {
    writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 })
  }
  return folder
}

/** Runs the blocks of a page in one shell. */
export async function runCommands(
  page: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await runScript(blocksOf(page).join('\n'), folder, environment)
}

/** Runs a script that ends at the first command that fails. */
export async function runScript(
  script: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const { PATH = '' } = process.env
  await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { CLEAN_PATH: PATH, PATH: `${join(folder, 'bin')}:${PATH}`, HOME: folder, ...environment },
  })
}
