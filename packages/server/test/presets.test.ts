import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import { suite, test } from 'node:test'
import { PRESET_CRMS } from './harness/crm-scenarios.ts'
import { ENGINES } from './harness/databases.ts'
import { testPresets } from './harness/preset-tests.ts'

suite('presets', { skip: !ENGINES.includes('postgresql') && 'there is no PostgreSQL' }, () => {
  test('every preset has a CRM that it is tried on', () => {
    const files = globSync('*.json', { cwd: new URL('../presets/', import.meta.url).pathname })
    assert.deepEqual(files.toSorted(), PRESET_CRMS.map(({ name }) => `${name}.json`).toSorted())
    for (const { name } of PRESET_CRMS)
      assert.ok(existsSync(new URL(`fixtures/crms/${name}.sql`, import.meta.url)))
  })

  testPresets({ version: 15, url: () => process.env['TEST_DATABASE_URL']! })
})
