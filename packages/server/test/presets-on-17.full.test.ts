import { after, before, suite } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import type { TestPostgres } from './harness/postgres.ts'
import { SETTINGS, startPostgres } from './harness/postgres.ts'
import { testPresets } from './harness/preset-tests.ts'
import { LONG } from './harness/until.ts'

suite('presets on PostgreSQL 17', { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres(SETTINGS, 17)
  })
  after(() => postgres?.stop())

  testPresets({ version: 17, url: () => postgres.url })
})
