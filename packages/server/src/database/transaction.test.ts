import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { EVERY_ENGINE, openMigrated } from '../../test/harness/databases.ts'
import type { Database, Transaction } from './database.ts'
import { prepared } from './statement.ts'

const SET = prepared('set-for-test', `select set_config('test.who', $1, true)`)
const BECOME = prepared('become', `select set_config('role', $1, true)`)
const ADD = prepared('add', 'insert into public.organizations (name) values ($1) returning name')
const COUNT = 'select count(*)::int as count from public.organizations where name = $1'

for (const engine of EVERY_ENGINE) {
  suite(`transactions (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    const count = async (name: string): Promise<number> =>
      (await database.query<{ count: number }>(COUNT, [name])).rows[0]!.count
    const add = (transaction: Transaction, name: string) => transaction.query<{ name: string }>(ADD, [name])

    /** The first run prepares statements one by one; the second bundles them. */
    async function twice(work: (round: string) => Promise<void>): Promise<void> {
      for (const round of ['prepared', 'bundled']) await work(round)
    }

    test('a transaction returns the rows of a query, and none of the statements ahead of it', async () => {
      await twice(async (round) => {
        const { rows } = await database.transaction(async (transaction) => {
          transaction.ahead(SET, [round])
          return await transaction.query(`select current_setting('test.who') as who, $1::int as number`, [7])
        })
        assert.deepEqual(rows, [{ who: round, number: 7 }])
      })
    })

    test('a transaction counts the rows that a query writes, without the statements ahead of it', async () => {
      await twice(async (round) => {
        const { rowCount } = await database.transaction(async (transaction) => {
          transaction.ahead(SET, [round])
          return await transaction.query(`insert into public.organizations (name) values ($1), ($1)`, [
            `counted ${round}`,
          ])
        })
        assert.equal(rowCount, 2)
      })
    })

    test('a transaction does not run a query if a statement ahead of it fails', async () => {
      await twice(async () => {
        const refused = database.transaction(async (transaction) => {
          transaction.ahead(BECOME, ['nobody_of_that_name'])
          return await add(transaction, 'refused')
        })
        await assert.rejects(refused, /nobody_of_that_name/)
      })
      assert.equal(await count('refused'), 0)
      assert.equal((await database.transaction((transaction) => add(transaction, 'accepted'))).rows.length, 1)
      assert.equal(await count('accepted'), 1)
    })

    test('a query that fails leaves no changes and can run again in another transaction', async () => {
      const divide = prepared('divide', 'select 1 / $1::int as result')
      await twice(async () => {
        const failing = database.transaction(async (transaction) => {
          await add(transaction, 'half')
          return await transaction.query(divide, [0])
        })
        await assert.rejects(failing, /division by zero/)
        const { rows } = await database.transaction((transaction) => transaction.query(divide, [1]))
        assert.deepEqual(rows, [{ result: 1 }])
      })
      assert.equal(await count('half'), 0)
    })

    test('a statement that could not be prepared at first can run later', async () => {
      const late = prepared('late', 'select * from public.made_later')
      await database.transaction((transaction) => add(transaction, 'warm'))
      await assert.rejects(
        database.transaction((transaction) => transaction.query(late)),
        /made_later/,
      )
      await database.execute('create table public.made_later ()')
      assert.deepEqual((await database.transaction((transaction) => transaction.query(late))).rows, [])
    })

    test('a transaction is rolled back if its work throws', async () => {
      const given = database.transaction(async (transaction) => {
        await add(transaction, 'given up')
        throw new Error('on second thoughts')
      })
      await assert.rejects(given, /on second thoughts/)
      assert.equal(await count('given up'), 0)
    })

    test('a transaction without queries does not run the statements ahead', async () => {
      assert.equal(
        await database.transaction(async (transaction) => {
          transaction.ahead(BECOME, ['nobody_of_that_name'])
          return 'done'
        }),
        'done',
      )
      assert.equal(await count('given up'), 0)
    })

    test('a transaction commits with its last query and refuses further ones', async () => {
      await twice(async (round) => {
        const name = `finished ${round}`
        const work = database.transaction(async (transaction) => {
          transaction.ahead(SET, [round])
          const { rows, rowCount } = await transaction.finish<{ name: string }>(ADD, [name])
          assert.deepEqual([rows, rowCount], [[{ name }], 1])
          await add(transaction, 'too late')
        })
        await assert.rejects(work, /has committed with its last query/)
        assert.equal(await count(name), 1)
      })
      assert.equal(await count('too late'), 0)
    })

    test('a transaction is rolled back if its last query fails', async () => {
      await twice(async () => {
        const failing = database.transaction(async (transaction) => {
          await add(transaction, 'unfinished')
          return await transaction.finish('select 1 / $1::int', [0])
        })
        await assert.rejects(failing, /division by zero/)
      })
      assert.equal(await count('unfinished'), 0)
    })

    test('a transaction runs scripts after the statements ahead of them', async () => {
      await database.transaction(async (transaction) => {
        transaction.ahead(SET, ['script'])
        await transaction.execute(
          `insert into public.organizations (name) values (current_setting('test.who')); select 1`,
        )
      })
      assert.equal(await count('script'), 1)
    })
  })
}
