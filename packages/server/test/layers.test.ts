import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'

/** The line that an event takes. A stage imports what stands left of it, never right. */
const LINE = [
  'events',
  'crm',
  'outbox',
  'fanout',
  'deliveries',
  'dispatch',
  'attempts',
  'alerts',
  'metrics',
  'api',
  'cli',
]
/** What every stage may import, and what imports no stage. */
const FOUNDATION = ['db', 'tracing', 'webhooks']
/** Compose the stages; only the command line and each other may import them. */
const COMPOSERS = ['engine.ts', 'claiming.ts', 'relay.ts', 'upkeep.ts', 'serve.ts', 'main.ts']
const DRIVERS = ['pg', '@electric-sql/pglite']

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = globSync('*/src/**/*.ts', { cwd: PACKAGES }).filter((file) => !file.endsWith('.test.ts'))

/** `import … from 'x'` and `export … from 'x'`, also over several lines. */
const IMPORT = /^(?:import|export)\b[^'"=;()]*\bfrom ['"]([^'"]+)['"]/gm

interface Import {
  from: string
  /** A path below packages/ for our own files, a package name for others. */
  to: string
}

const IMPORTS: Import[] = SOURCES.flatMap((from) =>
  [...readFileSync(join(PACKAGES, from), 'utf8').matchAll(IMPORT)].map(([, target = '']) => ({
    from,
    to: target.startsWith('.') ? join(dirname(from), target) : target,
  })),
)

/** `api` for `server/src/api/auth.ts`, `engine.ts` for `server/src/engine.ts`. */
const partOf = (path: string): string => path.split('/')[2] ?? ''
const isOurs = (path: string): boolean => path.startsWith('server/src/')

function violations(isForbidden: (edge: Import) => boolean): string[] {
  return IMPORTS.filter(isForbidden).map(({ from, to }) => `${from} imports ${to}`)
}

test('the imports of all sources were found', () => {
  assert.ok(SOURCES.length > 40 && IMPORTS.length > SOURCES.length)
})

test('a stage imports nothing that stands right of it', () => {
  const isRightward = ({ from, to }: Import): boolean =>
    isOurs(from) &&
    isOurs(to) &&
    LINE.includes(partOf(from)) &&
    LINE.indexOf(partOf(to)) > LINE.indexOf(partOf(from))
  assert.deepEqual(violations(isRightward), [])
})

test('the foundation imports no stage', () => {
  assert.deepEqual(
    violations(
      ({ from, to }) => isOurs(to) && FOUNDATION.includes(partOf(from)) && LINE.includes(partOf(to)),
    ),
    [],
  )
})

test('nobody imports what composes, but the command line and the composers themselves', () => {
  const isAllowed = (from: string): boolean => [...COMPOSERS, 'cli'].includes(partOf(from))
  assert.deepEqual(
    violations(({ from, to }) => COMPOSERS.includes(partOf(to)) && !isAllowed(from)),
    [],
  )
})

test('only db knows the database drivers', () => {
  assert.deepEqual(
    violations(({ from, to }) => DRIVERS.includes(to) && partOf(from) !== 'db'),
    [],
  )
})

test('the receiver depends on nothing', () => {
  assert.deepEqual(
    violations(({ from, to }) => from.startsWith('receiver/') && !to.startsWith('receiver/src/')),
    [],
  )
})
