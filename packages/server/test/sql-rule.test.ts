import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url))
const FILES = globSync('**/*.ts', { cwd: SOURCES }).filter(
  (file) => !/\.test\.ts$|-fixture\.ts$|\.generated\.ts$/.test(file),
)

/** Folders that build their statements from parts, or whose statements are about sessions, roles and migrations. */
const BUILDERS = ['rest', 'capture', 'database']

/** Other files that build a statement from parts, and why a `.sql` file cannot hold it. */
const BUILT: Readonly<Record<string, string>> = {
  'api/intake/event-intake.ts':
    'It inserts the columns that the posts name: a column that is left out gets its default, one that is null does not.',
  'secrets/sealed-statements.ts':
    'It reads and writes the columns that SEALED_TABLES lists, of the tables that exist in the database.',
}

/** `.query('…`, `.finish<Row>(` followed by a text. */
const INLINE = /\.(?:query|finish)\s*(?:<(?:[^<>]|<[^<>]*>)*>)?\(\s*['"`]/

/** Files of typed folders with a statement that cannot be in a `.sql` file, and why. */
const DYNAMIC: Readonly<Record<string, string>> = {
  'api/intake/event-intake.ts':
    'inserts only the columns that the requests name, so that the others get their defaults',
  'maintenance/partitions.ts':
    'drops a partition by its name, and runs the validation that prepare_default writes',
}

/** A statement that is not a typed one, spread into its text and parameters; a script that is not a constant. */
const UNTYPED = /\b(?:database|connection|transaction)\.(?:(?:query|finish)\((?!\s*\.\.\.)|execute\((?!'))/i

const folderOf = (file: string): string => file.split('/')[0]!

test('a statement is in a .sql file, unless it is built from parts', () => {
  const inline = FILES.filter((file) => !BUILDERS.includes(folderOf(file))).filter((file) =>
    INLINE.test(readFileSync(join(SOURCES, file), 'utf8')),
  )
  assert.deepEqual(inline, [])
})

test('only the files with a reason build statements from parts', () => {
  const built = FILES.filter((file) => !BUILDERS.includes(folderOf(file))).filter((file) =>
    /\bprepared\b.*database\/statement\.ts/.test(readFileSync(join(SOURCES, file), 'utf8')),
  )
  assert.deepEqual(built.toSorted(), Object.keys(BUILT))
})

/** A statement that is loaded without types, a row type that is asserted, or a text in a constant. */
const UNTYPED =
  /\bloadStatement\(|\.(?:query|finish)<|\b(?:connection|database|transaction)\.(?:query|finish)\((?!\s*\.\.\.)/

test('a folder whose statements have generated types runs no statement without them', () => {
  const typed = globSync('**/statements.generated.ts', { cwd: SOURCES }).map((file) => dirname(dirname(file)))
  assert.ok(typed.length >= 5)
  const broken = FILES.filter((file) => typed.includes(dirname(file)) && !(file in BUILT)).filter((file) =>
    UNTYPED.test(readFileSync(join(SOURCES, file), 'utf8')),
  )
  assert.deepEqual(broken, [])
})

test('a folder whose statements have generated types runs no others, except for the dynamic ones listed here', () => {
  const broken = FILES.filter((file) =>
    existsSync(join(SOURCES, dirname(file), 'sql/statements.generated.ts')),
  ).filter((file) => UNTYPED.test(readFileSync(join(SOURCES, file), 'utf8')))
  assert.deepEqual(broken.toSorted(), Object.keys(DYNAMIC))
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
