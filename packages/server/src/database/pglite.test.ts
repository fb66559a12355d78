import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'

suite('the embedded database', () => {
  let database: Database
  before(async () => {
    database = await openPglite()
  })
  after(() => database.close())

  test('does not hold up the event loop with a long statement', async () => {
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

  test('answers what follows a statement that failed', async () => {
    await assert.rejects(database.query('select 1 / 0'), { code: '22012' })
    const { rows } = await database.query<{ two: number }>('select 1 + 1 as two')
    assert.deepEqual(rows, [{ two: 2 }])
  })
})

test('a process waits for its statements, but not for a database that was left open', () => {
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

test('a folder that is no database is an error of the opening', async () => {
  await assert.rejects(openPglite('/dev/null/database'))
})
