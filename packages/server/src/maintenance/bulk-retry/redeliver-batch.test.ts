import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Database, Query, Statement } from '../../database/database.ts'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import { newId } from '../../domain/ids.ts'
import { cancelDeliveries } from '../../pipeline/claim/cancel-deliveries.ts'
import { cancelRedelivery } from './redeliveries.ts'
import { RedeliveryFixture } from './redelivery-fixture.ts'
import { requeue } from './sql/statements.generated.ts'

for (const engine of ENGINES) {
  suite(`batches of bulk retries and replays (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
    })
    after(() => close())

    const fixture = (fields?: { events?: string[]; filter?: object }): Promise<RedeliveryFixture> =>
      RedeliveryFixture.create(database, fields)

    /** The same database, except that every transaction is rolled back after its work. */
    const dying = (): Database => ({
      ...database,
      transaction: (work) =>
        database.transaction(async (connection) => {
          await work(connection)
          throw new Error('the process died')
        }),
    })

    for (const kind of ['retry_failed', 'replay_events'] as const) {
      suite(kind, () => {
        test(`${kind} queues each counted delivery once over several batches`, async () => {
          const one = await fixture()
          const events = await one.events(45, { status: 'failed' })
          const id = await one.start(kind)
          await one.work()
          assert.deepEqual(await one.redelivery(id), {
            status: 'completed',
            reason: null,
            matched: 45,
            queued: 45,
          })
          assert.deepEqual(await one.due(), events.toSorted())
        })

        test(`${kind} continues after a process dies between two batches`, async () => {
          const one = await fixture()
          await one.events(45, { status: 'failed' })
          const id = await one.start(kind)
          await one.batch()
          assert.equal((await one.redelivery(id)).queued, 20)
          await one.work()
          assert.deepEqual([(await one.redelivery(id)).queued, new Set(await one.due()).size], [45, 45])
        })

        test(`${kind} rolls a batch back if the process dies within it`, async () => {
          const one = await fixture()
          await one.events(25, { status: 'failed' })
          const id = await one.start(kind)
          await assert.rejects(one.batch(dying()), /died/)
          assert.deepEqual([(await one.redelivery(id)).queued, (await one.due()).length], [0, 0])
          await one.work()
          assert.deepEqual([(await one.redelivery(id)).queued, (await one.due()).length], [25, 25])
        })

        test(`${kind} queues each delivery once when it is requested twice and runs concurrently`, async () => {
          const one = await fixture()
          const events = await one.events(45, { status: 'failed' })
          const ids = [await one.start(kind), await one.start(kind)]
          await Promise.all([one.work(), one.work()])
          await one.work()
          const queued = await Promise.all(ids.map(async (id) => (await one.redelivery(id)).queued))
          assert.deepEqual(queued, [45, 0])
          assert.deepEqual(await one.due(), events.toSorted())
        })

        test(`${kind} can be cancelled between two batches`, async () => {
          const one = await fixture()
          await one.events(45, { status: 'failed' })
          const id = await one.start(kind)
          await one.batch()
          assert.equal(await cancelRedelivery(database, id), true)
          assert.equal(await one.work(), 'idle')
          const { status, queued } = await one.redelivery(id)
          assert.deepEqual([status, queued, (await one.due()).length], ['cancelled', 20, 20])
        })

        test(`${kind} waits while many deliveries of its webhook are due, without delaying other webhooks`, async () => {
          const [one, other] = [await fixture(), await fixture()]
          await one.events(130, { status: 'failed' })
          const id = await one.start(kind)
          assert.equal(await one.work(), 'waiting')
          assert.equal((await one.due()).length, 100)
          await other.events(3, { status: 'failed' })
          await other.start(kind)
          await one.work()
          assert.equal((await other.due()).length, 3)
          await one.deliverDue()
          assert.equal(await one.work(), 'idle')
          assert.equal((await one.redelivery(id)).queued, 130)
        })

        test(`${kind} is cancelled with the reason when its webhook is disabled`, async () => {
          const one = await fixture()
          await one.events(25, { status: 'failed' })
          const id = await one.start(kind)
          await one.batch()
          await database.query('update webhooks.webhook_configurations set is_active = false where id = $1', [
            one.webhook,
          ])
          assert.equal(await one.work(), 'idle')
          const { status, reason } = await one.redelivery(id)
          assert.deepEqual([status, reason], ['cancelled', 'webhook disabled'])
          await cancelDeliveries(database)
        })

        test(`${kind} leaves out a delivery that is being retried manually`, async () => {
          const one = await fixture()
          await one.events(2, { status: 'failed' })
          const [held] = await one.deliveries()
          await database.query(
            `insert into webhooks_internal.queue (delivery_id, webhook_id, due_at, lease)
             values ($1, $2, now() + interval '1 hour', $3)`,
            [held!.id, one.webhook, newId()],
          )
          const id = await one.start(kind)
          await one.work()
          assert.equal((await one.redelivery(id)).queued, 1)
          assert.equal((await one.deliveries()).find((row) => row.id === held!.id)?.status, 'failed')
        })

        test(`${kind} leaves out a delivery that succeeds during the batch, and reads the latest number of attempts`, async () => {
          const one = await fixture()
          await one.events(2, { status: 'failed' })
          const [delivered, tried] = await one.deliveries()
          const id = await one.start(kind)
          await one.batch(
            meanwhile(database, requeue({ deliveryIds: [], trigger: 'manual' })[0], async (connection) => {
              await connection.query(
                `update webhooks.webhook_deliveries set status = 'delivered' where id = $1`,
                [delivered!.id],
              )
              await connection.query(`update webhooks.webhook_deliveries set attempts = 7 where id = $1`, [
                tried!.id,
              ])
            }),
          )
          assert.equal((await one.redelivery(id)).queued, 1)
          const { rows } = await database.query(
            'select delivery_id, attempts from webhooks_internal.queue where webhook_id = $1',
            [one.webhook],
          )
          assert.deepEqual(rows, [{ delivery_id: tried!.id, attempts: 7 }])
        })
      })
    }
  })
}

/** A database that runs `meanwhile` after the statement `last`. */
function meanwhile(
  database: Database,
  last: Statement<object>,
  happen: (connection: Pick<Database, 'query'>) => Promise<void>,
): Database {
  return {
    ...database,
    transaction: (work) =>
      database.transaction((connection) =>
        work({
          ...connection,
          query: async <R extends object>(...[statement, params]: Query<R>) => {
            const result = await connection.query<R>(statement, params)
            if (typeof statement !== 'string' && statement.name === last.name) await happen(connection)
            return result
          },
        }),
      ),
  }
}
