import { after, before, suite } from 'node:test'
import { SALES_CRMS } from './harness/crm-scenarios.ts'
import { ENGINES } from './harness/databases.ts'
import type { TestPostgres } from './harness/postgres.ts'
import { SETTINGS, startPostgres } from './harness/postgres.ts'
import { testPresets } from './harness/preset-tests.ts'
import { LONG } from './harness/until.ts'

const SKIP = !ENGINES.includes('postgresql') && 'there is no PostgreSQL'

suite('presets for sales on PostgreSQL 17', { ...LONG, skip: SKIP }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres(SETTINGS, 17)
  })
  after(() => postgres?.stop())

  testPresets(SALES_CRMS, { version: 17, url: () => postgres.url })
})
