import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { captureReferenceCrm } from '../src/capture/capture-reference.ts'
import type { Connection } from '../src/database/database.ts'
import type { CapturedEvent, CapturingDatabase } from './harness/captured.ts'
import { openCapturing } from './harness/captured.ts'
import { EVERY_ENGINE } from './harness/databases.ts'

for (const engine of EVERY_ENGINE) {
  suite(`events of CRM transactions (${engine})`, () => {
    let crm: CapturingDatabase
    before(async () => {
      crm = await openCapturing(engine)
    })
    after(() => crm.close())

    const insertContact = (connection: Connection, first_name: string) =>
      connection.query('insert into contacts (organization_id, first_name) values ($1, $2)', [
        crm.organizationId,
        first_name,
      ])
    const names = (events: readonly CapturedEvent[]): string[] => events.map(({ event }) => event)
    const firstNames = (events: readonly CapturedEvent[]): unknown[] =>
      events.map(({ data }) => data['first_name'])

    test('a statement over many rows emits one event per row, in order', async () => {
      const events = await crm.eventsOf((connection) =>
        connection.query(
          `insert into contacts (organization_id, first_name) select $1::uuid, 'bulk ' || n from generate_series(1, 300) n`,
          [crm.organizationId],
        ),
      )
      assert.deepEqual(
        firstNames(events),
        Array.from({ length: 300 }, (_, index) => `bulk ${index + 1}`),
      )
    })

    test('an update emits events only for the rows that it changes, each with its previous value', async () => {
      const events = await crm.eventsOf((connection) =>
        connection.query(
          `update contacts set first_name = replace(first_name, '7', 'seven') where first_name like 'bulk %'`,
        ),
      )
      assert.ok(events.length > 40 && events.length < 300)
      for (const { event, data, previous } of events) {
        assert.equal(event, 'contact.updated')
        assert.equal(String(previous?.['first_name']).replaceAll('7', 'seven'), data['first_name'])
      }
    })

    test('an update of no row emits nothing', async () => {
      assert.deepEqual(
        await crm.eventsOf((connection) =>
          connection.query(`update contacts set first_name = 'x' where false`),
        ),
        [],
      )
    })

    test('an upsert emits created for new rows and updated for changed rows', async () => {
      const [kept, changed] = [
        await crm.insert('contacts', { company: 'Same' }),
        await crm.insert('contacts'),
      ]
      const events = await crm.eventsOf((connection) =>
        connection.query(
          `insert into contacts (id, organization_id, company)
           values ($1, $3, 'Same'), ($2, $3, 'Other'), (gen_random_uuid(), $3, 'New')
           on conflict (id) do update set company = excluded.company`,
          [kept, changed, crm.organizationId],
        ),
      )
      assert.deepEqual(events.map(({ event, data }) => `${event}: ${String(data['company'])}`).sort(), [
        'contact.created: New',
        'contact.updated: Other',
      ])
    })

    test('an insert with on conflict do nothing emits nothing for an existing row', async () => {
      const id = await crm.insert('contacts')
      const events = await crm.eventsOf((connection) =>
        connection.query(
          'insert into contacts (id, organization_id) values ($1, $2) on conflict do nothing',
          [id, crm.organizationId],
        ),
      )
      assert.deepEqual(events, [])
    })

    test('a delete emits no event of its row, but events of the rows that it changes', async () => {
      const contact_id = await crm.insert('contacts')
      await crm.insert('deals', { contact_id })
      const events = await crm.eventsOf((connection) =>
        connection.query('delete from contacts where id = $1', [contact_id]),
      )
      assert.deepEqual(
        events.map(({ event, previous }) => [event, previous]),
        [['deal.updated', { contact_id }]],
      )
    })

    test('COPY emits one event per row', async () => {
      const { rows } = await crm.database.query<{ folder: string }>(
        `select current_setting('data_directory') as folder`,
      )
      const file = `${rows[0]!.folder}/copied.csv`
      await crm.database.execute(
        `copy (select '${crm.organizationId}', 'copied ' || n from generate_series(1, 3) n) to '${file}' csv`,
      )
      const events = await crm.eventsOf((connection) =>
        connection.execute(`copy contacts (organization_id, first_name) from '${file}' csv`),
      )
      assert.deepEqual(firstNames(events), ['copied 1', 'copied 2', 'copied 3'])
    })

    test('MERGE emits events for rows that it inserts and rows that it updates', async () => {
      const id = await crm.insert('contacts', { first_name: 'merged' })
      const events = await crm.eventsOf((connection) =>
        connection.query(
          `merge into contacts c using (values ($1::uuid, 'changed'), (gen_random_uuid(), 'new')) as s (id, name) on c.id = s.id
           when matched then update set first_name = s.name
           when not matched then insert (organization_id, first_name) values ($2, s.name)`,
          [id, crm.organizationId],
        ),
      )
      assert.deepEqual(names(events).sort(), ['contact.created', 'contact.updated'])
    })

    test('a change that a trigger of the CRM makes to another table emits an event', async () => {
      await crm.database.execute(`
        create function public.close_deals() returns trigger language plpgsql as $$
        begin
          update public.deals set stage = 'Lost' where contact_id = new.id;
          return null;
        end $$;
        create trigger close_deals after update on public.contacts for each row
        when (new.company = 'Gone') execute function public.close_deals();`)
      const contact_id = await crm.insert('contacts')
      await crm.insert('deals', { contact_id })
      const events = await crm.eventsOf(() => crm.update('contacts', contact_id, { company: 'Gone' }))
      await crm.database.execute('drop trigger close_deals on public.contacts')
      assert.deepEqual(names(events).sort(), ['contact.updated', 'deal.stage.changed'])
    })

    test('an event has the row as a before trigger of the CRM has changed it', async () => {
      await crm.database.execute(`
        create function public.tidy_name() returns trigger language plpgsql as $$
        begin
          new.first_name := initcap(new.first_name);
          return new;
        end $$;
        create trigger tidy_name before insert on public.contacts for each row execute function public.tidy_name();`)
      const events = await crm.eventsOf((connection) => insertContact(connection, 'ann'))
      await crm.database.execute('drop trigger tidy_name on public.contacts')
      assert.deepEqual(firstNames(events), ['Ann'])
    })

    test('a rolled-back transaction emits nothing', async () => {
      const events = await crm.eventsOf(() =>
        assert.rejects(
          crm.database.transaction(async (connection) => {
            await insertContact(connection, 'Never')
            throw new Error('changed my mind')
          }),
          /changed my mind/,
        ),
      )
      assert.deepEqual(events, [])
    })

    test('a change that is rolled back to a savepoint emits nothing', async () => {
      const events = await crm.eventsOf(() =>
        crm.database.transaction(async (connection) => {
          await insertContact(connection, 'Kept')
          await connection.execute('savepoint before_second')
          await insertContact(connection, 'Dropped')
          await connection.execute('rollback to savepoint before_second')
        }),
      )
      assert.deepEqual(firstNames(events), ['Kept'])
    })

    test('a column that is added later is part of events from its first change on', async () => {
      await crm.database.execute('alter table contacts add column nickname text')
      const id = await crm.insert('contacts', { nickname: 'Jo' })
      const change = (nickname: string) => crm.eventsOf(() => crm.update('contacts', id, { nickname }))
      for (const prepare of [() => Promise.resolve(), () => captureReferenceCrm(crm.database)]) {
        await prepare()
        await crm.update('contacts', id, { nickname: 'Jo' })
        const [event, ...others] = await change('Joe')
        assert.deepEqual([event?.event, event?.previous, others], ['contact.updated', { nickname: 'Jo' }, []])
      }
      await crm.database.execute('alter table contacts drop column nickname')
      assert.deepEqual(names(await crm.eventsOf(() => crm.update('contacts', id, { company: 'x' }))), [
        'contact.updated',
      ])
      await captureReferenceCrm(crm.database)
    })
  })
}
