import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { ATTEMPT_ERROR_CODES } from '../src/sender/classify-response.ts'

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url))
const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const [apiPart = '', attemptPart = ''] = page.split('## An attempt')

const listed = (part: string): string[] => [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = '']) => code)

/** Codes as they are written in the sources: PostgREST's, and SQLSTATEs in quotes or as keys. */
function codesOfApi(): string[] {
  const files = globSync('**/*.ts', { cwd: SOURCES }).filter((file) => !file.endsWith('.test.ts'))
  const found = files.flatMap((file) => [
    ...readFileSync(`${SOURCES}/${file}`, 'utf8').matchAll(
      /'(PGRST\d{3}|PT403|PT429|\d[0-9A-Z]{4}|P0002|XX000)'/g,
    ),
  ])
  return [...new Set(found.map(([, code = '']) => code))]
}

test('the page lists the codes of the API that the code uses, and no others', () => {
  assert.deepEqual(listed(apiPart).sort(), codesOfApi().sort())
})

test('the page lists the error codes of an attempt, and no others', () => {
  assert.deepEqual(listed(attemptPart).sort(), [...ATTEMPT_ERROR_CODES].sort())
})
