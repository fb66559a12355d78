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
}

/** Statements still written in TypeScript, by folder: to be moved to `.sql` files. A folder without a number has none. Lower the numbers, never raise them. */
const NOT_MOVED: Readonly<Record<string, number>> = {
  secrets: 8,
}

/** `.query('…`, `.finish<Row>(` followed by a text. */
const INLINE = /\.(?:query|finish)\s*(?:<(?:[^<>]|<[^<>]*>)*>)?\(\s*['"`]/g

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

test('a statement is in a .sql file, unless it is built from parts or counted as not moved', () => {
  const counts: Record<string, number> = {}
  for (const file of FILES) {
    const folder = folderOf(file)
    const found = [...readFileSync(join(SOURCES, file), 'utf8').matchAll(INLINE)].length
    if (found > 0 && !BUILDERS.includes(folder)) counts[folder] = (counts[folder] ?? 0) + found
  }
  assert.deepEqual(counts, NOT_MOVED)
})

test('only the files with a reason build statements from parts', () => {
  const built = FILES.filter((file) => !BUILDERS.includes(folderOf(file))).filter((file) =>
    /\bprepared\b.*database\/statement\.ts/.test(readFileSync(join(SOURCES, file), 'utf8')),
  )
  assert.deepEqual(built.toSorted(), Object.keys(BUILT))
})

test('a folder whose statements have generated types loads no statement without them, and asserts no row types', () => {
  const typed = globSync('**/statements.generated.ts', { cwd: SOURCES }).map((file) => dirname(dirname(file)))
  assert.ok(typed.length >= 5)
  const broken = FILES.filter((file) => typed.includes(dirname(file))).filter((file) =>
    /\bloadStatement\(|\.(?:query|finish)</.test(readFileSync(join(SOURCES, file), 'utf8')),
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
