import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { useKeptFolder } from './harness/kept-folders.ts'

const DAY_MS = 86_400_000

test('compiled clients that were not used for a month are removed, and the one in use is not', (context) => {
  const parent = mkdtempSync(join(tmpdir(), 'connectgain-kept-'))
  context.after(() => rmSync(parent, { recursive: true }))
  const now = Date.now()
  for (const [name, days] of [
    ['go-in-use', 90],
    ['go-of-last-week', 7],
    ['go-of-last-spring', 31],
  ] as const) {
    mkdirSync(join(parent, name))
    writeFileSync(join(parent, name, 'program'), '')
    const used = (now - days * DAY_MS) / 1_000
    utimesSync(join(parent, name), used, used)
  }
  useKeptFolder(parent, 'go-in-use', now)
  assert.deepEqual(readdirSync(parent).sort(), ['go-in-use', 'go-of-last-week'])
  useKeptFolder(parent, 'go-in-use', now + 25 * DAY_MS)
  assert.deepEqual(readdirSync(parent), ['go-in-use'])
})
