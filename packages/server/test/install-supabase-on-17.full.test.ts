import { after, before, suite } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import type { TestPostgres } from './harness/postgres.ts'
import { SETTINGS, startPostgres } from './harness/postgres.ts'
import { testSupabaseProject } from './harness/supabase-tests.ts'
import { LONG } from './harness/until.ts'

const SKIP = !ENGINES.includes('postgresql') && 'there is no PostgreSQL'

// Where CREATEROLE gives fewer rights than before.
suite('a new Supabase project on PostgreSQL 17', { ...LONG, skip: SKIP }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres(SETTINGS, 17)
  })
  after(() => postgres?.stop())

  testSupabaseProject(() => postgres.url)
})
