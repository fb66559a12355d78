import assert from 'node:assert/strict'
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { createSite, spawnServer } from './harness/server-process.ts'

/** Damage that a disk failure or an incomplete copy can leave. */
const DAMAGES: readonly [string, (database: string) => void][] = [
  ['whose control file is cut off', (database) => truncateSync(join(database, 'global', 'pg_control'), 100)],
  ['whose control file is missing', (database) => rmSync(join(database, 'global', 'pg_control'))],
  ['of another version', (database) => writeFileSync(join(database, 'PG_VERSION'), '9.6\n')],
]

suite('damaged embedded database', () => {
  for (const [what, damage] of DAMAGES) {
    test(`an embedded database ${what} stops the start, with the folder and how to recover`, async (context) => {
      const site = createSite(undefined)
      context.after(() => site.close())
      const folder = join(site.settings['DATA_DIR']!, 'database')
      damage(folder)
      const { exited, output } = spawnServer(site.settings, site.settings['DATA_DIR']!)
      assert.equal(await exited, 2)
      assert.ok(output().includes(`DATA_DIR: the embedded database in ${folder} cannot be opened`), output())
      assert.match(output(), /Restore a backup of that folder, or move it away \(mv /)
      assert.doesNotMatch(output(), /sASSERTIONS|\n +at /)
    })
  }
})
