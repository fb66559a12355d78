import { spawn } from 'node:child_process'
import { providePgliteTemplate } from './harness/pglite-template.ts'
import { startPostgres } from './harness/postgres.ts'
import { COMPILE_CACHE } from './harness/server-process.ts'

/**
 * `npm test`: brings up a real PostgreSQL for the suite, runs every test (or the files named as arguments) with
 * node:test, takes the server down again and exits as the tests did.
 */
const ALL_TESTS = ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts']

const [postgres, pgliteTemplate] = await Promise.all([startPostgres(), providePgliteTemplate()])
const files = process.argv.slice(2)
const runner = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=180000', ...(files.length > 0 ? files : ALL_TESTS)],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      // Each file is a process, and most of them read the same sources.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      TEST_DATABASE_URL: postgres.url,
      TEST_PGLITE_TEMPLATE: pgliteTemplate,
    },
  },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal))
runner.on('exit', (code) => {
  void postgres.stop().then(() => process.exit(code ?? 1))
})
