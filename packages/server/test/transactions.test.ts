import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Connection, Database } from '../src/db/database.ts'
import { ENGINES, openMigrated } from './harness/databases.ts'

interface StoredEvent {
  event: string
  data: string
  previous: string | null
}

for (const engine of ENGINES) {
  suite(`events from the CRM's own transactions (${engine})`, () => {
    let database: Database
    let close: () => Promise<void>
    let organizationId: string
    before(async () => {
      ;({ database, close } = await openMigrated(engine))
      const { rows } = await database.query<{ id: string }>(
        `insert into organizations (name) values ('Acme') returning id`,
      )
      organizationId = rows[0]!.id
    })
    after(() => close())

    /** The events that `work` leaves behind, in order. */
    async function eventsOf(work: (connection: Connection) => Promise<unknown>): Promise<StoredEvent[]> {
      await database.execute('delete from webhooks_internal.outbox')
      await work(database)
      const { rows } = await database.query<StoredEvent>(
        `select e.event, e.data, e.previous from webhooks_internal.outbox o
         join webhooks.webhook_events e on e.id = o.event_id order by o.id`,
      )
      return rows
    }

    const insertContact = (connection: Connection, first_name: string, assigned_to: string | null = null) =>
      connection.query(
        'insert into contacts (organization_id, first_name, assigned_to) values ($1, $2, $3)',
        [organizationId, first_name, assigned_to],
      )

    const names = (events: readonly StoredEvent[]): string[] => events.map(({ event }) => event)

    test('an inserted contact emits contact.created with the row', async () => {
      const events = await eventsOf((connection) => insertContact(connection, 'John'))
      assert.deepEqual(names(events), ['contact.created'])
      assert.equal((JSON.parse(events[0]!.data) as { first_name: string }).first_name, 'John')
      assert.equal(events[0]!.previous, null)
    })

    test('a contact inserted with an owner is also assigned', async () => {
      const events = await eventsOf((connection) => insertContact(connection, 'Owned', organizationId))
      assert.deepEqual(names(events), ['contact.created', 'contact.assigned'])
      assert.deepEqual(JSON.parse(events[1]!.previous ?? ''), { assigned_to: null })
    })

    test('a changed column emits contact.updated with its old value', async () => {
      await insertContact(database, 'Before')
      const events = await eventsOf((connection) =>
        connection.query(`update contacts set first_name = 'After' where first_name = 'Before'`),
      )
      assert.deepEqual(names(events), ['contact.updated'])
      assert.deepEqual(JSON.parse(events[0]!.previous ?? ''), { first_name: 'Before' })
    })

    test('an update that changes nothing emits nothing', async () => {
      await insertContact(database, 'Same')
      assert.deepEqual(
        await eventsOf((connection) =>
          connection.query(
            `update contacts set first_name = 'Same', updated_at = now() where first_name = 'Same'`,
          ),
        ),
        [],
      )
      assert.deepEqual(
        await eventsOf((connection) => connection.query(`update contacts set first_name = 'x' where false`)),
        [],
      )
    })

    test('a new owner emits contact.assigned alone; the same owner again, or none, emits nothing', async () => {
      await insertContact(database, 'Passed on')
      const assign = (to: string | null) => (connection: Connection) =>
        connection.query(`update contacts set assigned_to = $1 where first_name = 'Passed on'`, [to])
      assert.deepEqual(names(await eventsOf(assign(organizationId))), ['contact.assigned'])
      assert.deepEqual(names(await eventsOf(assign(organizationId))), [])
      assert.deepEqual(names(await eventsOf(assign(null))), [])
    })

    test('a deal emits its own events: created, updated, stage.changed, assigned', async () => {
      const insert = (connection: Connection) =>
        connection.query(`insert into deals (organization_id, title, stage) values ($1, 'Deal', 'New')`, [
          organizationId,
        ])
      const update = (change: string) => (connection: Connection) =>
        connection.query(`update deals set ${change} where title = 'Deal'`)
      assert.deepEqual(names(await eventsOf(insert)), ['deal.created'])
      const moved = await eventsOf(update(`stage = 'Won'`))
      assert.deepEqual(names(moved), ['deal.stage.changed'])
      assert.deepEqual(JSON.parse(moved[0]!.previous ?? ''), { stage: 'New' })
      assert.deepEqual(names(await eventsOf(update('value = 10'))), ['deal.updated'])
      assert.deepEqual(
        names(await eventsOf(update(`stage = 'Lost', value = 11, assigned_to = organization_id`))),
        ['deal.updated', 'deal.stage.changed', 'deal.assigned'],
      )
    })

    test('one statement over many rows emits one event a row, in order', async () => {
      const events = await eventsOf((connection) =>
        connection.query(
          `insert into contacts (organization_id, first_name) select $1::uuid, 'bulk ' || n from generate_series(1, 300) n`,
          [organizationId],
        ),
      )
      assert.equal(events.length, 300)
      assert.deepEqual(
        events.map(({ data }) => (JSON.parse(data) as { first_name: string }).first_name),
        Array.from({ length: 300 }, (_, index) => `bulk ${index + 1}`),
      )
    })

    test('a rolled-back transaction emits nothing', async () => {
      const events = await eventsOf(() =>
        assert.rejects(
          database.transaction(async (connection) => {
            await insertContact(connection, 'Never')
            throw new Error('changed my mind')
          }),
          /changed my mind/,
        ),
      )
      assert.deepEqual(events, [])
    })

    test('what is rolled back to a savepoint emits nothing, the rest of the transaction does', async () => {
      const events = await eventsOf(() =>
        database.transaction(async (connection) => {
          await insertContact(connection, 'Kept')
          await connection.execute('savepoint before_second')
          await insertContact(connection, 'Dropped')
          await connection.execute('rollback to savepoint before_second')
        }),
      )
      assert.deepEqual(
        events.map(({ data }) => (JSON.parse(data) as { first_name: string }).first_name),
        ['Kept'],
      )
    })
  })
}
