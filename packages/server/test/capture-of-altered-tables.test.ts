import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captureReferenceCrm } from '../src/capture/capture-reference.ts'
import { prepareDatabase } from '../src/server/prepare-database.ts'
import { onAttached } from './harness/attached.ts'

onAttached('capture of altered tables', (crm) => {
  const run = (sql: string) => () => crm.database.execute(sql)

  const DRIFTS: [what: string, ddl: string, lost: string][] = [
    ['renamed', 'alter table people rename column phone_number to phone_no', 'phone_number'],
    ['dropped', 'alter table people drop column phone_number', 'phone_number'],
    [
      'changed to an incompatible type',
      `alter table people alter column labels drop default, alter column labels type int using 1`,
      'labels',
    ],
  ]
  for (const [what, ddl, lost] of DRIFTS) {
    test(`events omit the field of a mapped column that is ${what}, and a fault names the column`, async () => {
      await crm.attachPeople(`name text, phone_number text, labels text[] default '{a}'`, {
        columns: { first_name: 'name', phone: 'phone_number', tags: 'labels' },
      })
      await crm.database.execute(`insert into people (id, name, phone_number) values (1, 'Ann', '+1')`)
      await crm.database.execute(ddl)
      const events = await crm.eventsOf(async () => {
        await crm.database.execute(`insert into people (id, name) values (2, 'Bob')`)
        await crm.database.execute(`update people set name = 'Cy' where id = 1`)
      })
      assert.deepEqual(
        events.map(({ event, previous }) => [event, previous]),
        [
          ['contact.created', null],
          ['contact.updated', '{"first_name":"Ann"}'],
        ],
      )
      for (const { data } of events) {
        const fields = JSON.parse(data) as object
        assert.equal(lost === 'labels' ? 'tags' in fields : 'phone' in fields, false)
        assert.ok('first_name' in fields && 'custom_fields' in fields)
      }
      const faults = await crm.takeFaults()
      assert.deepEqual(
        faults.map(({ effect, operation }) => [effect, operation]),
        [
          ['field', 'insert'],
          ['field', 'update'],
        ],
      )
      for (const { message } of faults) assert.ok(message.includes(lost), message)
    })
  }

  test('rows emit no events when the organization column is renamed, and a fault names the rows', async () => {
    await crm.attachPeople('name text', { columns: { first_name: 'name' } })
    await crm.database.execute('alter table people rename column org to company')
    const events = await crm.eventsOf(run(`insert into people values (1, 'x'), (2, 'y')`))
    assert.deepEqual(events, [])
    const lost = (await crm.takeFaults()).filter(({ effect }) => effect === 'event')
    assert.deepEqual(
      lost.map(({ record_ids, row_count }) => [record_ids, row_count]),
      [[['1', '2'], 2]],
    )
    assert.match(lost[0]!.message, /the column org, which leads to the organization, is missing/)
  })

  test('an update still emits its event when the key column is renamed', async () => {
    await crm.attachPeople('name text', { columns: { first_name: 'name' } })
    await crm.database.execute(
      `insert into people (id, name) values (1, 'Ann'); alter table people rename column id to number`,
    )
    const events = await crm.eventsOf(run(`update people set name = 'Bob'`))
    assert.deepEqual(
      events.map(({ event, previous }) => [event, previous]),
      [['contact.updated', '{"first_name":"Ann"}']],
    )
  })

  test('an update that changes the keys of rows emits an event for each of them', async () => {
    await crm.attachPeople('name text', { columns: { first_name: 'name' } })
    await crm.database.execute(`insert into people (id, name) select i, 'Ann' from generate_series(1, 20) i`)
    const events = await crm.eventsOf(run(`update people set id = id + 100, name = 'Bob ' || id`))
    assert.equal(events.length, 20)
    for (const { data, previous } of events) {
      const { id, first_name } = JSON.parse(data) as { id: string; first_name: string }
      assert.deepEqual(JSON.parse(previous!), { id: first_name.slice(4), first_name: 'Ann' })
      assert.equal(Number(id), Number(first_name.slice(4)) + 100)
    }
  })

  test('a row that moves to another partition emits contact.updated', async () => {
    await crm.database.execute(`
        create table people (id int, region text, name text, org text default '${crm.organizationId}', primary key (id, region)) partition by list (region);
        create table people_eu partition of people for values in ('eu');
        create table people_us partition of people for values in ('us');`)
    await crm.attach({
      contact: {
        table: 'public.people',
        organization: { column: 'org' },
        columns: { id: 'id', company: 'region', first_name: 'name' },
      },
    })
    await crm.database.execute(
      `insert into people (id, region, name) values (1, 'eu', 'a'), (2, 'eu', 'b'), (3, 'us', 'c')`,
    )
    const events = await crm.eventsOf(run(`update people set region = 'us', name = name || '!'`))
    const known = events.map(({ event, data, previous }) => {
      const { id } = JSON.parse(data) as { id: string }
      return [id, event, JSON.parse(previous!) as unknown]
    })
    assert.deepEqual(
      known.toSorted(([one], [other]) => Number(one) - Number(other)),
      [
        ['1', 'contact.updated', { company: 'eu', first_name: 'a' }],
        ['2', 'contact.updated', { company: 'eu', first_name: 'b' }],
        ['3', 'contact.updated', { first_name: 'c' }],
      ],
    )
    assert.deepEqual(await crm.takeFaults(), [])
  })

  test('a row that moves to another organization emits contact.created there, without its old values', async () => {
    const other = '0193f0a2-6c1b-7c3e-8f00-0000000000ff'
    await crm.attachPeople('name text, owner text', {
      columns: { first_name: 'name', assigned_to: 'owner' },
    })
    await crm.database.execute(`insert into people (id, name, owner) values (1, 'Ann', 'u1')`)
    const events = await crm.eventsOf(run(`update people set org = '${other}', name = 'Bob'`))
    assert.deepEqual(
      events.map(({ event, organization_id, previous }) => [event, organization_id, previous]),
      [
        ['contact.created', other, null],
        ['contact.assigned', other, '{"assigned_to":null}'],
      ],
    )
  })

  test('a start replaces capture functions of an earlier version, except those of a table that has drifted', async () => {
    await crm.attachPeople('name text', { columns: { first_name: 'name' } })
    const { rows } = await crm.database.query<{ id: string }>(
      `select id from webhooks_internal.captures where relation = '"public"."people"'`,
    )
    const id = rows[0]!.id
    const replace = `
        create or replace function webhooks_internal.capture_${id}_inserts() returns trigger language plpgsql as
          $$ begin return null; end $$;
        update webhooks_internal.captures set fingerprint = 'of an earlier version', expected = null where id = '${id}'`
    await crm.database.execute(replace)
    await prepareDatabase(crm.database, { crmTables: false })
    const insert = run(`insert into people (id) values ((select coalesce(max(id), 0) + 1 from people))`)
    assert.equal((await crm.eventsOf(insert)).length, 1)
    await crm.database.execute(`${replace}; alter table people rename column name to called`)
    await prepareDatabase(crm.database, { crmTables: false })
    assert.equal((await crm.eventsOf(insert)).length, 0)
  })

  test('a renamed table emits events until a new table takes its name', async () => {
    await crm.attachPeople('')
    await crm.database.execute('alter table people rename to people_old')
    assert.equal((await crm.eventsOf(run('insert into people_old (id) values (1)'))).length, 1)
    await crm.database.execute('create table people (like people_old including all)')
    assert.deepEqual(await crm.eventsOf(run('insert into people_old (id) values (2)')), [])
    assert.deepEqual(await crm.takeFaults(), [])
  })

  test('tables of the reference CRM can gain and lose columns without failing a statement or losing an event', async () => {
    const insert = `insert into contacts (organization_id, last_name) select id, 'Doe' from organizations limit 1`
    await crm.database.execute(`
        insert into organizations (name) values ('Acme');
        alter table contacts add meta json, add n text, add o text, add r text, drop column company;`)
    await captureReferenceCrm(crm.database)
    await crm.database.execute('alter table contacts add happened text, add change text, drop column phone')
    const odd = '{"a":"x\\u0000y"}'
    const events = await crm.eventsOf(async () => {
      await crm.database.execute(insert)
      await crm.database.execute(`update contacts set meta = '${odd}', n = 'n', happened = 'h'`)
      await crm.database.execute(`update contacts set meta = null, assigned_to = id`)
    })
    assert.deepEqual(
      events.map(({ event, previous }) => [event, previous]),
      [
        ['contact.created', null],
        ['contact.updated', '{"meta":null,"n":null,"happened":null}'],
        ['contact.updated', `{"assigned_to":null,"meta":${odd}}`],
        ['contact.assigned', `{"assigned_to":null,"meta":${odd}}`],
      ],
    )
    assert.ok(events[1]!.data.includes(`"meta":${odd}`))
    assert.deepEqual(
      (await crm.takeFaults()).filter(({ effect }) => effect === 'event'),
      [],
    )
  })
})
