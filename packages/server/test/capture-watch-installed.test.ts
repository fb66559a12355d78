import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import type { AttachedCrm } from './harness/attached-crm.ts'
import { createAttachedCrm } from './harness/attached-crm.ts'
import { ENGINES } from './harness/databases.ts'

suite('capture check of an attached CRM', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: AttachedCrm
  let database: Database
  before(async () => {
    crm = await createAttachedCrm(process.env['TEST_DATABASE_URL']!)
    await crm.install()
    database = openPostgres({ url: crm.url, poolSize: 1 })
  })
  after(async () => {
    await database?.close()
    await crm?.close()
  })

  async function findProblems(table: string): Promise<string[]> {
    await checkCaptures(database)
    const { rows } = await database.query<{ problems: string[] }>(
      'select problems from webhooks.webhook_captures where table_name = $1',
      [table],
    )
    return rows[0]!.problems
  }

  test('the capture check finds no problem with only the privileges that installing needs', async () => {
    assert.deepEqual(await findProblems('crm.crm_person'), [])
  })

  test('dropping or adding an unmapped column is not a drift', async () => {
    await crm.crm.execute(
      'alter table crm.crm_person drop column secret_note cascade, add column favourite_colour text',
    )
    assert.deepEqual(await findProblems('crm.crm_person'), [])
  })

  test('the capture check reports a renamed mapped column, with both ways to fix it', async () => {
    await crm.crm.execute('alter table crm.crm_person rename column mobile to phone')
    assert.deepEqual(await findProblems('crm.crm_person'), [
      'The column mobile of crm.crm_person was renamed to phone. Rename it back with: ' +
        'alter table crm.crm_person rename column phone to mobile, or correct the map and run install with it.',
    ])
    await crm.crm.execute('alter table crm.crm_person rename column phone to mobile')
  })

  test('the capture check reports a renamed table that the organization is read from', async () => {
    await crm.crm.execute('alter table crm.account rename to company')
    assert.deepEqual(await findProblems('crm.crm_person'), [
      'The table crm.account, which rows are looked up in, was renamed to crm.company. ' +
        'Restore it, or correct the map and run install with it.',
    ])
    await crm.crm.execute('alter table crm.company rename to account')
    assert.deepEqual(await findProblems('crm.crm_person'), [])
  })

  test('installing again restores functions and triggers and ends the drift', async () => {
    const { rows: captures } = await database.query<{ id: string }>(
      `select id from webhooks_internal.captures where subject = 'contact'`,
    )
    const { id } = captures[0]!
    await database.execute(`drop function webhooks_internal.capture_${id}_inserts cascade`)
    assert.equal((await findProblems('crm.crm_person')).length, 2)
    await crm.install()
    const { rows } = await database.query<{ until: Date | null }>(
      `select until from webhooks_internal.capture_drifts where capture = $1 order by id desc limit 1`,
      [id],
    )
    assert.notEqual(rows[0]?.until ?? null, null)
    assert.deepEqual(await findProblems('crm.crm_person'), [])
  })

  test('uninstalling ends the drift of a table', async () => {
    await crm.crm.execute('alter table crm.opportunity disable trigger user')
    assert.notDeepEqual(await findProblems('crm.opportunity'), [])
    assert.equal((await crm.command('uninstall')).code, 0)
    await checkCaptures(database)
    const { rows } = await database.query('select from webhooks_internal.capture_drifts where until is null')
    assert.equal(rows.length, 0)
  })
})
