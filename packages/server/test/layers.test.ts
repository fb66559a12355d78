import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'

/** What each folder of packages/server/src may import besides itself: docs/architecture.md says what each is for. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  loops: ['domain'],
  settings: ['domain'],
  database: ['domain', 'loops'],
  observability: ['domain', 'loops', 'settings', 'database', 'streams'],
  secrets: ['domain', 'database'],
  sender: ['domain', 'settings', 'observability'],
  transforms: ['domain', 'database'],
  capture: ['domain', 'database'],
  rest: ['domain', 'database'],
  sources: ['domain', 'database', 'secrets', 'rest'],
  streams: ['domain', 'loops'],
  pipeline: ['domain', 'loops', 'database', 'observability', 'secrets', 'sender', 'transforms', 'streams'],
  maintenance: [
    'domain',
    'loops',
    'database',
    'observability',
    'secrets',
    'sender',
    'capture',
    'sources',
    'pipeline',
  ],
  api: [
    'domain',
    'settings',
    'database',
    'observability',
    'secrets',
    'sender',
    'transforms',
    'capture',
    'rest',
    'sources',
    'streams',
    'maintenance',
  ],
  server: [
    'domain',
    'loops',
    'settings',
    'database',
    'observability',
    'secrets',
    'sender',
    'transforms',
    'capture',
    'rest',
    'sources',
    'streams',
    'pipeline',
    'maintenance',
    'api',
  ],
  cli: ['domain', 'settings', 'database', 'observability', 'secrets', 'capture', 'streams', 'server'],
  'main.ts': ['server', 'cli'],
}
const DRIVERS = ['pg', '@electric-sql/pglite']

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))
const FILES = globSync('*/{src,test,generate}/**/*.{ts,tsx}', { cwd: PACKAGES })
const SOURCES = FILES.filter((file) => !/\.test\.ts$|-fixture\.ts$|^[^/]+\/(?:test|generate)\//.test(file))

/** `import … from 'x'` and `export … from 'x'`, also over several lines, type imports included. */
const IMPORT = /^(?:import|export)\b[^'"=;()]*\bfrom ['"]([^'"]+)['"]/gm

interface Import {
  from: string
  /** A path below packages/ for our own files, a package name for others. */
  to: string
}

const IMPORTS = SOURCES.flatMap(readImports)

function readImports(from: string): Import[] {
  return [...readFileSync(join(PACKAGES, from), 'utf8').matchAll(IMPORT)].map(([, target = '']) => ({
    from,
    to: target.startsWith('.') ? join(dirname(from), target) : target,
  }))
}

/** `api` for `server/src/api/server.ts`, `main.ts` for `server/src/main.ts`. */
const folderOf = (path: string): string => path.split('/')[2] ?? ''
const isOfServer = (path: string): boolean => path.startsWith('server/src/')

function violations(isForbidden: (edge: Import) => boolean): string[] {
  return IMPORTS.filter(isForbidden).map(({ from, to }) => `${from} imports ${to}`)
}

test('the test finds the imports of all sources', () => {
  assert.ok(SOURCES.length > 40 && IMPORTS.length > SOURCES.length)
})

test('every folder of the server is listed with the folders that it may import', () => {
  const folders = new Set(SOURCES.filter(isOfServer).map(folderOf))
  assert.deepEqual([...folders].toSorted(), Object.keys(MAY_IMPORT).toSorted())
})

test('a folder imports only from the folders listed for it', () => {
  const isForbidden = ({ from, to }: Import): boolean =>
    isOfServer(from) &&
    isOfServer(to) &&
    folderOf(from) !== folderOf(to) &&
    MAY_IMPORT[folderOf(from)]?.includes(folderOf(to)) !== true
  assert.deepEqual(violations(isForbidden), [])
})

test('imports of programs, page and tests, type imports included, form no cycle', () => {
  const importsOf = Map.groupBy(FILES.flatMap(readImports), ({ from }) => from)
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start !== -1) cycles.push([...path.slice(start), file].join(' → '))
    if (start !== -1 || done.has(file)) return
    for (const { to } of importsOf.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of FILES) visit(file, [])
  assert.deepEqual(cycles, [])
})

test('only database/ imports the database drivers', () => {
  assert.deepEqual(
    violations(({ from, to }) => DRIVERS.includes(to) && folderOf(from) !== 'database'),
    [],
  )
})

test('only streams/ imports the client of NATS', () => {
  assert.deepEqual(
    violations(({ from, to }) => to.startsWith('@nats-io/') && folderOf(from) !== 'streams'),
    [],
  )
})

test('the receiver and the client package import nothing but their own files', () => {
  const isForeign = (name: string, { from, to }: Import): boolean =>
    from.startsWith(`${name}/`) && !to.startsWith(`${name}/src/`)
  for (const name of ['receiver', 'client'])
    assert.deepEqual(
      violations((edge) => isForeign(name, edge)),
      [],
    )
})
