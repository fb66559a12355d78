import { suite } from 'node:test'
import { SALES_CRMS } from './harness/crm-scenarios.ts'
import { ENGINES } from './harness/databases.ts'
import { testPresets } from './harness/preset-tests.ts'
import { LONG } from './harness/until.ts'

const SKIP = !ENGINES.includes('postgresql') && 'there is no PostgreSQL'

suite('presets for sales', { ...LONG, skip: SKIP }, () => {
  testPresets(SALES_CRMS, { version: 15, url: () => process.env['TEST_DATABASE_URL']! })
})
