import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { pino } from 'pino'
import { followTenants } from '../src/capture/follow-tenants.ts'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import type { Database } from '../src/database/database.ts'
import { openPostgres } from '../src/database/postgres.ts'
import { attachMap } from './harness/attached.ts'
import type { TestDatabase } from './harness/databases.ts'
import { ENGINES, createDatabase } from './harness/databases.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/
const log = pino({ level: 'silent' })

interface Tenant {
  id: string
  external_id: string
  name: string | null
}

interface Emitted {
  event: string
  organization_id: string
}

const contact = (more: object): object => ({
  record: 'contact',
  table: 'public.people',
  columns: { id: 'id' },
  ...more,
})

suite('tenants of a CRM', { skip: !ENGINES.includes('postgresql') }, () => {
  let made: TestDatabase
  let database: Database

  before(async () => {
    made = await createDatabase('postgresql', 'empty')
    database = openPostgres({ url: made.url!, poolSize: 2 })
    await prepareDatabase(database, { crmTables: false })
  })
  after(async () => {
    await database.close()
    await made.drop()
  })

  const tenants = async (): Promise<Tenant[]> =>
    (
      await database.query<Tenant & { id: string }>(
        'select id, external_id, name from webhooks.organizations order by external_id',
      )
    ).rows
  const eventsOf = async (sql: string): Promise<Emitted[]> => {
    await database.execute(`delete from webhooks.webhook_events; ${sql}`)
    const { rows } = await database.query<Emitted>(
      'select event, organization_id from webhooks.webhook_events order by id',
    )
    return rows
  }

  for (const type of ['integer', 'bigint', 'text'] as const) {
    test(`a table of tenants with keys of type ${type} gives each a UUID, and follows it`, async () => {
      await database.execute(`
        create table public.accounts (id ${type} primary key, label text);
        insert into accounts values ('1', 'Acme'), ('2', 'Bolt');
        create table public.people (id int primary key, account_id ${type});`)
      await attachMap(database, {
        organizations: { table: 'public.accounts', id: 'id', name: 'label' },
        records: [contact({ organization: { column: 'account_id' } })],
      })
      const [acme, bolt] = await tenants()
      assert.deepEqual([acme?.external_id, acme?.name, bolt?.name], ['1', 'Acme', 'Bolt'])
      assert.match(acme!.id, UUID)
      assert.deepEqual(await eventsOf(`insert into people values (1, '1'), (2, null)`), [
        { event: 'contact.created', organization_id: acme!.id },
      ])
      // In one transaction, in any order.
      const [early] = await eventsOf(
        `insert into people values (3, '3'); insert into accounts values ('3', 'New')`,
      )
      assert.deepEqual(
        (await tenants()).find(({ external_id }) => external_id === '3'),
        { id: early!.organization_id, external_id: '3', name: 'New' },
      )
      await database.execute(
        `update accounts set label = 'Newer' where id = '3'; delete from accounts where id = '2'`,
      )
      assert.deepEqual(
        (await tenants()).map(({ external_id, name }) => [external_id, name]),
        [
          ['1', 'Acme'],
          ['3', 'Newer'],
        ],
      )
      assert.deepEqual(await eventsOf(`update people set account_id = '3' where id = 1`), [
        { event: 'contact.created', organization_id: early!.organization_id },
      ])
      await database.execute('drop table people, accounts; delete from webhooks_internal.tenants')
    })
  }

  test('tenants with a UUID keep it', async () => {
    await database.execute(`
      create table public.accounts (id uuid primary key default gen_random_uuid());
      insert into accounts default values;
      create table public.people (id int primary key, account_id uuid default null);`)
    await attachMap(database, {
      organizations: { table: 'public.accounts', id: 'id' },
      records: [contact({ organization: { sql: 'account_id' } })],
    })
    const [tenant] = await tenants()
    assert.equal(tenant?.id, tenant?.external_id)
    const [event] = await eventsOf('insert into people select 1, id from accounts')
    assert.equal(event?.organization_id, tenant?.id)
    await database.execute('drop table people, accounts; delete from webhooks_internal.tenants')
  })

  test('a fault while a tenant is followed never reaches the statement of the CRM', async () => {
    await database.execute(`
      create table public.accounts (id int primary key, label text);
      create table public.people (id int primary key, account_id int);`)
    await attachMap(database, {
      organizations: { table: 'public.accounts', id: 'id', name: 'label' },
      records: [contact({ organization: { column: 'account_id' } })],
    })
    await database.execute(`
      alter table webhooks_internal.tenants add constraint refuse check (name <> 'bad');
      insert into accounts values (1, 'bad');
      alter table webhooks_internal.tenants drop constraint refuse;`)
    assert.deepEqual(await tenants(), [])
    await followTenants(database, log)
    assert.equal((await tenants())[0]?.name, 'bad')
    await database.execute('drop table people, accounts; delete from webhooks_internal.tenants')
  })

  test('one organization for all rows needs nothing in the rows', async () => {
    const value = '00000000-0000-4000-8000-000000000001'
    await database.execute('create table public.people (id int primary key)')
    await attachMap(database, { organizations: { value }, records: [contact({})] })
    assert.deepEqual(await eventsOf('insert into people values (1)'), [
      { event: 'contact.created', organization_id: value },
    ])
    assert.deepEqual(
      (await tenants()).map(({ id }) => id),
      [value],
    )
    await database.execute('drop table people; delete from webhooks_internal.tenants')
  })

  test('a schema is a tenant, new ones are captured by the watch, and captures of dropped ones are forgotten', async () => {
    const create = (schema: string): string =>
      `create schema ${schema}; create table ${schema}.person (id int primary key, name text);`
    await database.execute(create('workspace_1') + create('other'))
    await attachMap(database, {
      organizations: { schemas: 'workspace_*' },
      records: [
        { record: 'contact', table: 'person', columns: { id: 'id', first_name: { sql: 'lower(name)' } } },
      ],
    })
    const [one] = await eventsOf(
      `insert into workspace_1.person values (1, 'A'); insert into other.person values (1, 'A')`,
    )
    assert.equal(one?.organization_id, (await tenants())[0]?.id)
    // Its tables arrive one after another.
    await database.execute('create schema workspace_2; create table workspace_2.other (id int)')
    await followTenants(database, log)
    await database.execute('create table workspace_2.person (id int primary key, name text)')
    assert.deepEqual(await eventsOf(`insert into workspace_2.person values (1, 'B')`), [])
    await followTenants(database, log)
    const [two] = await eventsOf(`insert into workspace_2.person values (2, 'B')`)
    assert.deepEqual(
      (await tenants()).map(({ id, external_id }) => [external_id, id]),
      [
        ['workspace_1', one?.organization_id],
        ['workspace_2', two?.organization_id],
      ],
    )
    await database.execute('drop schema workspace_1 cascade')
    await followTenants(database, log)
    const { rows } = await database.query<{ table_name: string; status: string }>(
      `select table_name, status from webhooks.webhook_captures`,
    )
    assert.deepEqual(rows, [{ table_name: 'workspace_2.person', status: 'ok' }])
    assert.equal((await eventsOf(`insert into workspace_2.person values (3, 'C')`)).length, 1)
    await database.execute(
      'drop schema workspace_2 cascade; drop schema other cascade; delete from webhooks_internal.tenants',
    )
  })

  suite('a schema that is dropped', () => {
    const schema = (name: string): string =>
      `create schema ${name}; create table ${name}.person (id int primary key, name text);`
    const names = async (): Promise<string[]> => (await tenants()).map(({ external_id }) => external_id)
    const deletions = async (): Promise<number> =>
      (
        await database.query(
          `select from webhooks_internal.deleted_organizations
           where organization_id = webhooks_internal.tenant_id('space_1')`,
        )
      ).rowCount

    before(async () => {
      await database.execute(schema('space_1') + schema('space_2'))
      await attachMap(database, {
        organizations: { schemas: 'space_*' },
        records: [{ record: 'contact', table: 'person', columns: { id: 'id', first_name: 'name' } }],
      })
    })

    test('keeps its organization for seven days', async () => {
      await database.execute('drop schema space_1 cascade')
      await followTenants(database, log)
      await database.execute(
        `update webhooks_internal.tenants set missing_since = missing_since - interval '6 days 23 hours'`,
      )
      await followTenants(database, log)
      assert.deepEqual(await names(), ['space_1', 'space_2'])
      assert.equal(await deletions(), 0)
    })

    test('goes on as the same organization when it is restored', async () => {
      await database.execute(schema('space_1'))
      await followTenants(database, log)
      const [event] = await eventsOf(`insert into space_1.person values (1, 'A')`)
      assert.equal(event?.organization_id, (await tenants())[0]?.id)
      await followTenants(database, log)
      assert.deepEqual(await names(), ['space_1', 'space_2'])
    })

    test('is deleted with its organization when it stays away', async () => {
      await database.execute('drop schema space_1 cascade')
      await followTenants(database, log)
      await database.execute(
        `update webhooks_internal.tenants set missing_since = missing_since - interval '7 days 1 minute'`,
      )
      await followTenants(database, log)
      assert.deepEqual(await names(), ['space_2'])
      assert.equal(await deletions(), 1)
    })
  })
})
