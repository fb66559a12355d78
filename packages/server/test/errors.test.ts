import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ATTEMPT_ERROR_CODES } from '../src/sender/classify-response.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const [, attemptPart = ''] = page.split('## An attempt')

const listed = (part: string): string[] => [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, code = '']) => code)

test('the page lists the error codes of an attempt, and no others', () => {
  assert.deepEqual(listed(attemptPart).sort(), [...ATTEMPT_ERROR_CODES].sort())
})
