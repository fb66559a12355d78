import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { provideMigrated } from './harness/databases.ts'
import { providePgliteTemplate } from './harness/pglite-template.ts'
import { startPostgres } from './harness/postgres.ts'
import { COMPILE_CACHE } from './harness/server-process.ts'
import { fastFolder } from './harness/fast-folder.ts'

/**
 * `npm test`: brings up a real PostgreSQL for the suite, runs every test (or the files named as arguments) with
 * node:test, then those that judge what the others left behind, takes the server down again and exits as the tests did.
 */
const ALL_TESTS = ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts']
/** What judges the others' traces, after them. */
const FINAL_TESTS = ['packages/*/test/**/*.final.ts']
/** One more than can compute at once: some always wait for a timer, a process or a browser. */
const AT_ONCE = availableParallelism() + 1
const WATCH_FETCH = import.meta.resolve('./harness/witness/watch-fetch.ts')

const pgliteTemplate = await providePgliteTemplate()
const folder = makeFolder()
// For this process and those that it starts: all that a run leaves behind goes with this folder.
process.env['TMPDIR'] = folder
const postgres = await startPostgres()
await provideMigrated(postgres.url)
const witness = mkdtempSync(join(folder, 'witness-'))
const files = process.argv.slice(2)
let runner: ChildProcess
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal))

const codes = [
  await run(files.length > 0 ? files : ALL_TESTS, [
    `--test-concurrency=${AT_ONCE}`,
    `--import=${WATCH_FETCH}`,
  ]),
  await run(FINAL_TESTS, ['--test-concurrency=1']),
]
await postgres.stop()
rmSync(folder, { recursive: true, force: true })
process.exit(Math.max(...codes))

async function run(tests: readonly string[], flags: readonly string[]): Promise<number> {
  runner = spawn(process.execPath, ['--test', '--test-timeout=180000', ...flags, ...tests], {
    stdio: 'inherit',
    env: {
      ...process.env,
      // Each file is a process, and most of them read the same sources.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      TEST_DATABASE_URL: postgres.url,
      TEST_DATABASE_FILES: postgres.dataDir,
      TEST_PGLITE_TEMPLATE: pgliteTemplate,
      TEST_WITNESS: witness,
    },
  })
  return await new Promise((resolve) => runner.once('exit', (code) => resolve(code ?? 1)))
}

function makeFolder(): string {
  const made = mkdtempSync(join(fastFolder() ?? tmpdir(), 'connectgain-suite-'))
  // PostgreSQL may run as another user than we do, and must get through to its own folder.
  chmodSync(made, 0o755)
  return made
}
