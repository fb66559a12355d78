import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'

suite('embedded database', () => {
  let database: Database
  before(async () => {
    database = await openPglite()
  })
  after(() => database.close())

  test('a long statement of the embedded database does not block the event loop', async () => {
    const order: string[] = []
    const turn = new Promise<void>((resolve) =>
      setImmediate(() => {
        order.push('a turn of the event loop')
        resolve()
      }),
    )
    const statement = database
      .query('select count(*) from generate_series(1, 300000)')
      .then(() => order.push('the statement'))
    await Promise.all([turn, statement])
    assert.deepEqual(order, ['a turn of the event loop', 'the statement'])
  })

  test('the embedded database runs statements after one that failed', async () => {
    await assert.rejects(database.query('select 1 / 0'), { code: '22012' })
    const { rows } = await database.query<{ two: number }>('select 1 + 1 as two')
    assert.deepEqual(rows, [{ two: 2 }])
  })
})

test('a process waits for its statements, and exits even if the embedded database is open', () => {
  const program = `
    const { openPglite } = await import(${JSON.stringify(import.meta.resolve('./pglite.ts'))})
    const database = await openPglite()
    const { rows } = await database.query('select 42 as answer')
    console.log(rows[0].answer)`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  assert.equal(stdout.trim(), '42')
  assert.equal(status, 0)
})

test('opening a folder that cannot be a database fails', async () => {
  await assert.rejects(openPglite('/dev/null/database'))
})
