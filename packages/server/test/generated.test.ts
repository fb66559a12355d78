import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { GENERATED } from '../generate/main.ts'

for (const [path, write] of GENERATED) {
  test(`${basename(path)} is up to date with what npm run generate writes`, () => {
    const now = readFileSync(path, 'utf8')
    assert.equal(now, write(now))
  })
}
