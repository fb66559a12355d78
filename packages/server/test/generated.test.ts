import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { GENERATED } from '../generate/generated-files.ts'
import { ANY_ENGINE, openMigrated } from './harness/databases.ts'

suite('generated files', () => {
  let opened: Awaited<ReturnType<typeof openMigrated>>
  before(async () => {
    opened = await openMigrated(ANY_ENGINE)
  })
  after(() => opened.close())

  for (const [path, write] of GENERATED) {
    test(`${basename(path)} is what npm run generate writes`, async () => {
      const now = readFileSync(path, 'utf8')
      assert.equal(await write(now, opened.database), now)
    })
  }
})
