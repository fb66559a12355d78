import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { PRESETS } from '../src/cli/commands/install/read-map.ts'
import { SALES_CRMS, SUPPORT_CRMS } from './harness/crm-scenarios.ts'

test('every preset has a CRM that it is tried on', () => {
  const names = [...SALES_CRMS, ...SUPPORT_CRMS].map(({ name }) => name)
  assert.deepEqual(names.toSorted(), PRESETS)
  for (const name of names) assert.ok(existsSync(new URL(`fixtures/crms/${name}.sql`, import.meta.url)))
})
