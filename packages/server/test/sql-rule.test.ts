import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url))
const FILES = globSync('**/*.ts', { cwd: SOURCES }).filter(
  (file) => !/\.test\.ts$|-fixture\.ts$|\.generated\.ts$/.test(file),
)

/**
 * Folders that build their statements from parts, or whose statements are about sessions, roles and migrations. Only these may
 * load a `.sql` file without generated types (`loadStatement`).
 */
const BUILDERS = ['rest', 'capture', 'database']

/** `.query('…`, `.finish<Row>(` followed by a text. */
const INLINE = /\.(?:query|finish)\s*(?:<(?:[^<>]|<[^<>]*>)*>)?\(\s*['"`]/

/** Files of typed folders that run a statement without a generated type, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'api/intake/store-posts.ts':
    'inserts only the columns that the requests name, so that the others get their defaults',
  'maintenance/partitions.ts':
    'drops a partition by its name, and runs the validation that prepare_default writes',
  'observability/timed-database.ts': 'passes on the statements of its callers',
  'secrets/sealed-statements.ts':
    'reads and writes the columns that SEALED_TABLES lists, of the tables that the database has',
}

/**
 * A statement that is not a typed one, spread into its text and parameters; a row type that is asserted; a script that is
 * not a constant.
 */
const UNTYPED =
  /\b(?:loadStatement|prepared)\(|\.(?:query|finish)<|\b(?:database|connection|transaction)\.(?:(?:query|finish)\((?!\s*\.\.\.)|execute\((?!'))/i

const folderOf = (file: string): string => file.split('/')[0]!

test('a statement is in a .sql file, unless it is built from parts', () => {
  const inline = FILES.filter((file) => !BUILDERS.includes(folderOf(file))).filter((file) =>
    INLINE.test(readFileSync(join(SOURCES, file), 'utf8')),
  )
  assert.deepEqual(inline, [])
})

test('a .sql file is loaded with generated types, unless its folder builds statements from parts', () => {
  const untyped = FILES.filter((file) => !BUILDERS.includes(folderOf(file))).filter((file) =>
    /\bloadStatement\(/.test(readFileSync(join(SOURCES, file), 'utf8')),
  )
  assert.deepEqual(untyped, [])
})

test('a folder whose statements have generated types runs no others, except for those listed here', () => {
  const broken = FILES.filter((file) =>
    existsSync(join(SOURCES, dirname(file), 'sql/statements.generated.ts')),
  ).filter((file) => UNTYPED.test(readFileSync(join(SOURCES, file), 'utf8')))
  assert.deepEqual(broken.toSorted(), Object.keys(EXCEPTIONS))
})

test('every statement with a generated type has a .sql file', () => {
  for (const module of globSync('**/statements.generated.ts', { cwd: SOURCES })) {
    const names = [...readFileSync(join(SOURCES, module), 'utf8').matchAll(/import\.meta\.url, '([^']+)'/g)]
    for (const [, name] of names) {
      const file = join(SOURCES, dirname(module), `${name}.sql`)
      assert.ok(existsSync(file), file)
    }
  }
})
