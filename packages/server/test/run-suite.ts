import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { COMPILE_CACHE } from './harness/compile-cache.ts'
import { makeRunFolder } from './harness/run-folder.ts'

/**
 * `npm test`: builds the page where its sources have changed, brings up a PostgreSQL, runs the tests (or the files named as
 * arguments) with node:test, then those that judge what the others left behind, and exits as the tests did.
 * `npm run test:full` adds the heavy tests, and runs each test on each engine. With `--streams`, programs that tests start on PostgreSQL
 * take their events from NATS JetStream.
 */
enableCompileCache(COMPILE_CACHE)
const { provideBuild } = await import('./harness/provide-build.ts')
const { providePgliteTemplate } = await import('./harness/pglite-template.ts')
const { providePostgresTemplate } = await import('./harness/postgres-template.ts')
const { SETTINGS, startPostgres } = await import('./harness/postgres.ts')

const ALL_TESTS = ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts']
const HEAVY = '.full.test.ts'
const PAGE_TESTS = 'packages/web/test/'
const PROGRAM_TESTS = 'packages/server/test/'
/** What judges the others' traces, after them. */
const FINAL_TESTS = ['packages/*/test/**/*.final.ts']
/** One more than can compute at once: some always wait for a timer, a process or a browser. */
const AT_ONCE = availableParallelism() + 1
const TIMEOUT_MS = 180_000
const WATCH_FETCH = import.meta.resolve('./harness/witness/watch-fetch.ts')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    streams: { type: 'boolean', default: false },
    'test-name-pattern': { type: 'string', multiple: true, default: [] },
  },
})
const isFull = values.full
const unknown = positionals.filter((path) => globSync(path).length === 0)
if (unknown.length > 0) throw new Error(`there is no test file ${unknown.join(', ')}`)
const named = globSync(positionals)

provideBuild()
const [pgliteTemplate, template] = await Promise.all([providePgliteTemplate(), providePostgresTemplate()])
const folder = makeRunFolder()
// For this process and those that it starts: all that a run leaves behind goes with this folder.
process.env['TMPDIR'] = folder
const postgres = await startPostgres(SETTINGS, 15, { template })
Object.assign(process.env, {
  // Each file is a process, and most of them read the same sources.
  NODE_COMPILE_CACHE: COMPILE_CACHE,
  TEST_DATABASE_URL: postgres.url,
  TEST_DATABASE_FILES: postgres.dataDir,
  TEST_PGLITE_TEMPLATE: pgliteTemplate,
  TEST_WITNESS: mkdtempSync(join(folder, 'witness-')),
  ...(isFull ? { TEST_FULL: '1' } : {}),
  ...(values.streams ? { TEST_STREAMS: '1' } : {}),
})
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())

const passed =
  named.length > 0
    ? await runTests(named, AT_ONCE)
    : // What the others left behind is there to be judged after all of them alone.
      [await runTests(testFiles(), AT_ONCE), await runTests(globSync(FINAL_TESTS), 1)].every(Boolean)
await postgres.stop()
rmSync(folder, { recursive: true, force: true })
process.exit(passed ? 0 : 1)

async function runTests(files: readonly string[], concurrency: number): Promise<boolean> {
  const tests = run({
    files: [...files],
    concurrency,
    timeout: TIMEOUT_MS,
    signal: interruption.signal,
    execArgv: [`--import=${WATCH_FETCH}`],
    testNamePatterns: values['test-name-pattern'],
  })
  let hasFailed = false
  tests.on('test:fail', () => {
    hasFailed = true
  })
  const report = tests.compose(new spec())
  for await (const text of report) process.stdout.write(text as string)
  return !hasFailed
}

/**
 * The browser tests, which compute, are spread among those of the program, which wait. Those beside the sources, which are
 * short, are last: at the end no core waits for a long one.
 */
function testFiles(): string[] {
  const files = globSync(ALL_TESTS)
    .filter((file) => isFull || !file.endsWith(HEAVY))
    .sort()
    .toReversed()
  const ofPage = files.filter((file) => file.startsWith(PAGE_TESTS))
  const ofProgram = files.filter((file) => file.startsWith(PROGRAM_TESTS))
  const short = files.filter((file) => !ofPage.includes(file) && !ofProgram.includes(file))
  return [...spread(ofPage, ofProgram), ...short]
}

/** Each of `some`, followed by its share of `many`. */
function spread<T>(some: readonly T[], many: readonly T[]): T[] {
  const share = Math.floor(many.length / (some.length + 1))
  const shared = some.flatMap((one, index) => [one, ...many.slice(index * share, (index + 1) * share)])
  return [...shared, ...many.slice(some.length * share)]
}
