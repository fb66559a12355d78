import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import { ENGINES, createDatabase, openMigrated } from './harness/databases.ts'
import { HEAVY } from './harness/full-run.ts'
import { startPostgres } from './harness/postgres.ts'
import { startReceiver } from './harness/receiver-server.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { createSite } from './harness/server-process.ts'
import { LONG, until } from './harness/until.ts'

const ORGANIZATION = '0190a000-0000-7000-8000-000000000001'
const isPostgresThere = process.env['TEST_DATABASE_URL'] !== undefined

/** Says as a relay for how many milliseconds from now it listens, and for how many it stays awake and polls. */
async function say(database: Database, { listens, awake }: { listens: number; awake: number }) {
  await database.query(
    `select setval('webhooks_internal.relay_listens_until', greatest(webhooks_internal.in_milliseconds($1), 0)),
      setval('webhooks_internal.relay_awake_until', greatest(webhooks_internal.in_milliseconds($2), 0))`,
    [listens, awake],
  )
}

async function emit(database: Pick<Database, 'query'>, name = 'Jane', count = 1): Promise<void> {
  await database.query(
    `insert into webhooks.webhook_events (organization_id, event, data)
     select $1, 'contact.created', json_build_object('name', $2::text) from generate_series(1, $3)`,
    [ORGANIZATION, name, count],
  )
}

/** Reads the notifications so far. They arrive in the order of their commits, so none before the mark is missing. */
async function listenTo(database: Database): Promise<{ untilNow(): Promise<string[]> }> {
  const heard: string[] = []
  let marks = 0
  await database.listen('webhooks_outbox', (payload) => void heard.push(payload))
  return {
    async untilNow() {
      marks += 1
      const mark = `mark ${marks}`
      await database.query(`select pg_notify('webhooks_outbox', $1)`, [mark])
      await until('the mark to arrive', () => heard.includes(mark))
      return heard.splice(0, heard.indexOf(mark) + 1).slice(0, -1)
    },
  }
}

for (const engine of ENGINES) {
  suite(`notifications of transactions (${engine})`, () => {
    async function open(context: TestContext) {
      const { database, close } = await openMigrated(engine)
      context.after(() => close())
      return { database, notifications: await listenTo(database) }
    }

    test('a transaction that emits an event notifies when a relay sleeps', async (context) => {
      const { database, notifications } = await open(context)
      await say(database, { listens: 50_000, awake: -1 })
      await emit(database)
      assert.deepEqual(await notifications.untilNow(), [''])
    })

    test('a transaction that emits an event does not notify while a relay has promised to stay awake', async (context) => {
      const { database, notifications } = await open(context)
      await say(database, { listens: 50_000, awake: 50_000 })
      await emit(database)
      assert.deepEqual(await notifications.untilNow(), [])
    })

    test('a transaction that emits an event does not notify when no relay runs', async (context) => {
      const { database, notifications } = await open(context)
      await say(database, { listens: -1, awake: -1 })
      await emit(database)
      assert.deepEqual(await notifications.untilNow(), [])
    })

    test('a transaction notifies despite a promise far ahead, as after the clock was set back', async (context) => {
      const { database, notifications } = await open(context)
      await say(database, { listens: 50_000, awake: 3_600_000 })
      await emit(database)
      assert.deepEqual(await notifications.untilNow(), [''])
    })

    test('a transaction reads the current promise of relays even if its snapshot is older', async (context) => {
      const { database, notifications } = await open(context)
      await say(database, { listens: 50_000, awake: 50_000 })
      await database.transaction(async (transaction) => {
        await transaction.execute('set transaction isolation level repeatable read')
        await emit(transaction, 'Jane')
        await transaction.query(`select setval('webhooks_internal.relay_awake_until', 0)`)
        await emit(transaction, 'John')
      })
      assert.deepEqual(await notifications.untilNow(), [''])
    })
  })
}

/** Starts the program, with a webhook, on a database that the test connects to as well. */
async function startOn(context: TestContext, url: string) {
  const site = createSite(url)
  context.after(() => site.close())
  const server: ServerProcess = await site.start()
  const receiver = await startReceiver()
  context.after(() => receiver.close())
  await server.api.insert('organizations', { id: ORGANIZATION, name: 'Acme' })
  await server.api.insert('webhook_configurations', {
    organization_id: ORGANIZATION,
    name: 'Wake-ups',
    url: new URL('/hook', receiver.url).href,
    events: ['contact.created'],
  })
  const database = openPostgres({ url, poolSize: 2 })
  context.after(() => database.close())
  return { server, receiver, database }
}

suite('wake-ups of the relay', { skip: !isPostgresThere, ...LONG }, () => {
  test('the relay finds an event without a notification by polling', async (context) => {
    const { url, drop } = await createDatabase('postgresql')
    context.after(() => drop())
    const { receiver, database } = await startOn(context, url!)
    const notifications = await listenTo(database)
    await say(database, { listens: 50_000, awake: 50_000 })
    await emit(database)
    await receiver.received('/hook', 1)
    assert.deepEqual(await notifications.untilNow(), [])
  })

  test('the relay finds an event that is inserted while it is awake and committed afterwards', async (context) => {
    const { url, drop } = await createDatabase('postgresql')
    context.after(() => drop())
    const { receiver, database } = await startOn(context, url!)
    const notifications = await listenTo(database)
    await say(database, { listens: 50_000, awake: 50_000 })
    await database.transaction(async (transaction) => {
      await emit(transaction, 'late')
      await say(database, { listens: 50_000, awake: -1 })
      await emit(database, 'early')
      await receiver.received('/hook', 1)
    })
    await receiver.received('/hook', 2)
    assert.deepEqual(await notifications.untilNow(), [''])
  })

  test(
    'the relay promises to stay awake when events arrive in quick succession, and sends them all',
    HEAVY,
    async (context) => {
      const { url, drop } = await createDatabase('postgresql')
      context.after(() => drop())
      const { receiver, database } = await startOn(context, url!)
      // Even on a slow machine, one poll finds as many events as arrive within a second on a fast one.
      const burst = 50
      let emitted = 0
      await until('the relay to promise to stay awake', async () => {
        await emit(database, 'Jane', burst)
        emitted += burst
        const { rows } = await database.query<{ last_value: number }>(
          'select last_value from webhooks_internal.relay_awake_until',
        )
        return rows[0]!.last_value > 0
      })
      await receiver.received('/hook', emitted)
    },
  )

  test(
    'the relay finds events of prepared transactions, which cannot notify, and after a crash of PostgreSQL',
    HEAVY,
    async (context) => {
      const postgres = await startPostgres({
        fsync: 'off',
        max_connections: '50',
        max_prepared_transactions: '10',
      })
      context.after(() => postgres.stop())
      const { receiver, database } = await startOn(context, postgres.url)
      await database.transaction(async (transaction) => {
        await emit(transaction)
        await transaction.execute(`prepare transaction 'of two phases'`)
      })
      await database.execute(`commit prepared 'of two phases'`)
      await receiver.received('/hook', 1)

      await postgres.restart('immediate')
      await until('the server to be back', () =>
        emit(database).then(
          () => true,
          () => false,
        ),
      )
      await receiver.received('/hook', 2)
    },
  )
})

test(
  'a promise to stay awake does not survive a crash of PostgreSQL',
  { skip: !isPostgresThere || HEAVY.skip, ...LONG },
  async (context) => {
    const postgres = await startPostgres()
    context.after(() => postgres.stop())
    const database = openPostgres({ url: postgres.url, poolSize: 1 })
    context.after(() => database.close())
    await prepareDatabase(database, { crmTables: false })
    await say(database, { listens: 50_000, awake: 50_000 })
    await postgres.restart('immediate')
    const said = await until('the server to be back', () =>
      database
        .query<{ last_value: number }>('select last_value from webhooks_internal.relay_awake_until')
        .then(
          ({ rows }) => rows[0],
          () => undefined,
        ),
    )
    assert.equal(said.last_value, 0)
  },
)
