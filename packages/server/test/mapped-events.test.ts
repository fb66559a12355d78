import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AttachedDatabase, RawEvent } from './harness/attached.ts'
import { onAttached } from './harness/attached.ts'

/** Type, data and previous of each event. */
function read(
  events: readonly RawEvent[],
): { event: string; data: Record<string, unknown>; previous: unknown }[] {
  return events.map(({ event, data, previous }) => ({
    event,
    data: JSON.parse(data) as Record<string, unknown>,
    previous: previous === null ? null : (JSON.parse(previous) as unknown),
  }))
}

const names = (events: readonly RawEvent[]): string[] => events.map(({ event }) => event)

onAttached('events by a map', (crm: AttachedDatabase) => {
  const run = (sql: string) => async () => await crm.database.execute(sql)
  const eventsOf = async (sql: string) => read(await crm.eventsOf(run(sql)))

  test('where: a row that comes to meet the condition is created, and one that leaves emits nothing', async () => {
    await crm.attachPeople('name text, hidden boolean not null default false', {
      where: 'not hidden',
      columns: { first_name: 'name' },
    })
    assert.deepEqual(await eventsOf(`insert into people (id, name, hidden) values (1, 'Ann', true)`), [])
    assert.deepEqual(await eventsOf(`update people set name = 'Anna'`), [])
    const entered = await eventsOf(`update people set hidden = false`)
    assert.deepEqual(
      entered.map(({ event, data, previous }) => [event, data['first_name'], previous]),
      [['contact.created', 'Anna', null]],
    )
    const updated = await eventsOf(`update people set name = 'Ann'`)
    assert.deepEqual(
      updated.map(({ event, previous }) => [event, previous]),
      [['contact.updated', { first_name: 'Anna' }]],
    )
    assert.deepEqual(await eventsOf(`update people set hidden = true, name = 'secret'`), [])
  })

  test('deletes: a deleted row, and one that no longer counts, emit what they were', async () => {
    await crm.attachPeople('name text, deleted_at timestamptz', {
      where: 'deleted_at is null',
      columns: { first_name: 'name' },
      deletes: true,
    })
    await crm.database.execute(`insert into people (id, name) values (1, 'Ann'), (2, 'Bea')`)
    const soft = await eventsOf(`update people set deleted_at = now(), name = 'erased' where id = 1`)
    assert.deepEqual(
      soft.map(({ event, data, previous }) => [event, data['first_name'], previous]),
      [['contact.deleted', 'Ann', null]],
    )
    assert.deepEqual(await eventsOf('delete from people where id = 1'), [])
    const hard = await eventsOf('delete from people')
    assert.deepEqual(
      hard.map(({ event, data }) => [event, data['id'], data['first_name']]),
      [['contact.deleted', '2', 'Bea']],
    )
    const { rows } = await crm.database.query(
      `select name from webhooks.webhook_event_types where name = 'contact.deleted' and is_custom`,
    )
    assert.equal(rows.length, 1)
  })

  test('without deletes, a deleted row emits nothing', async () => {
    await crm.attachPeople('name text')
    assert.deepEqual(await eventsOf('insert into people (id) values (1); delete from people'), [
      ...(await eventsOf('select')),
      ...(await eventsOf(`insert into people (id) values (2)`)).map((event) => ({
        ...event,
        data: { ...event.data, id: '1' },
      })),
    ])
  })

  test('values: null and a default for all others', async () => {
    await crm.attachPeople('owner int, level int', {
      columns: {
        assigned_to: { column: 'owner', values: { 1: null } },
        company: { column: 'level', values: { 0: 'small', 1: 'large' }, default: 'unknown' },
      },
    })
    const events = await eventsOf(
      'insert into people (id, owner, level) values (1, 1, 0), (2, 7, 1), (3, null, 9), (4, null, null)',
    )
    assert.deepEqual(
      events.map(({ event, data }) => [event, data['assigned_to'], data['company']]),
      [
        ['contact.created', null, 'small'],
        ['contact.created', '7', 'large'],
        ['contact.assigned', '7', 'large'],
        ['contact.created', null, 'unknown'],
        ['contact.created', null, 'unknown'],
      ],
    )
  })

  test('lookup: the value of another table, with the old one in previous', async () => {
    await crm.database.execute(`
      create table public.companies (id int primary key, name text, city text);
      insert into companies values (1, 'Acme', 'Rome'), (2, 'Bolt', 'Oslo');`)
    try {
      await crm.attachPeople('company_id int', {
        columns: {
          company: { column: 'company_id', lookup: { table: 'public.companies', key: 'id', value: 'name' } },
        },
        also: {
          place: {
            column: 'company_id',
            lookup: { table: 'public.companies', key: 'id', value: `upper(city) || '!'` },
          },
        },
      })
      const [created] = await eventsOf('insert into people (id, company_id) values (1, 1)')
      assert.deepEqual([created?.data['company'], created?.data['place']], ['Acme', 'ROME!'])
      const [moved] = await eventsOf('update people set company_id = 2')
      assert.deepEqual(
        [moved?.data['company'], moved?.previous],
        ['Bolt', { company: 'Acme', place: 'ROME!' }],
      )
      const [missing] = await eventsOf('update people set company_id = 9')
      assert.equal(missing?.data['company'], null)
    } finally {
      await crm.database.execute('drop table companies')
    }
  })

  test('json: a path, which is null where it leads nowhere', async () => {
    await crm.attachPeople('mails jsonb, more json', {
      columns: {
        email: { column: 'mails', json: '0.email' },
        created_at: { column: 'more', json: 'times.created' },
        tags: { column: 'more', json: 'tags' },
      },
      also: { score: { column: 'more', json: 'score' } },
    })
    const events = await eventsOf(`insert into people (id, mails, more) values
      (1, '[{"email": "a@example.com"}]', '{"times": {"created": "2025-01-15T10:30:00Z"}, "tags": ["x"], "score": 3}'),
      (2, '{"email": 1}', '{"times": {"created": "yesterday"}, "tags": "x"}'), (3, null, null)`)
    assert.deepEqual(
      events.map(({ data }) => [data['email'], data['created_at'], data['tags'], data['score']]),
      [
        ['a@example.com', '2025-01-15T10:30:00+00:00', ['x'], 3],
        [null, null, [], null],
        [null, null, [], null],
      ],
    )
  })

  test('scale: minor units become a decimal number, exactly', async () => {
    await crm.attachPeople('cents bigint, micros numeric', {
      also: { total: { column: 'cents', scale: 2 }, amount: { column: 'micros', scale: 6 } },
    })
    const [event] = await crm.eventsOf(
      run('insert into people (id, cents, micros) values (1, 9007199254740993, 1500000001)'),
    )
    assert.match(event!.data, /"total":90071992547409\.93,"amount":1500\.000001/)
  })

  test("sql: an expression over the row's columns, which ends where it ends", async () => {
    await crm.attachPeople('name text, n text', {
      columns: {
        first_name: { sql: `split_part(name, ' ', 1) -- a comment` },
        last_name: { sql: `nullif(split_part(name, ' ', 2), '')` },
      },
      // A column that has the name of a row elsewhere in the trigger.
      also: { n: { sql: 'n || people.id' } },
    })
    const [created] = await eventsOf(`insert into people (id, name, n) values (1, 'Ann Lee', 'x')`)
    assert.deepEqual(
      [created?.data['first_name'], created?.data['last_name'], created?.data['n']],
      ['Ann', 'Lee', 'x1'],
    )
    const [updated] = await eventsOf(`update people set name = 'Ann Kim'`)
    assert.deepEqual(updated?.previous, { last_name: 'Lee' })
    assert.deepEqual(await eventsOf(`update people set name = 'Ann Kim '`), [])
  })

  test('an expression that fails for one row costs that row alone its event', async () => {
    await crm.attachPeople('a int, b int', { also: { ratio: { sql: 'a / b' } } })
    const events = await eventsOf('insert into people (id, a, b) values (1, 4, 2), (2, 1, 0), (3, 9, 3)')
    assert.deepEqual(
      events.map(({ data }) => [data['id'], data['ratio']]),
      [
        ['1', 2],
        ['3', 3],
      ],
    )
    const faults = await crm.takeFaults()
    assert.deepEqual(
      faults.map(({ code, record_ids, effect }) => [code, record_ids, effect]),
      [['22012', ['2'], 'event']],
    )
  })

  test('an expression whose column is dropped costs that field alone', async () => {
    await crm.attachPeople('a text, b text', { columns: { first_name: { sql: `a || b` }, email: 'a' } })
    await crm.database.execute('alter table people drop column b')
    const [event] = await eventsOf(`insert into people (id, a) values (1, 'x')`)
    assert.deepEqual([event?.data['email'], event?.data['first_name']], ['x', undefined])
    const [fault] = await crm.takeFaults()
    assert.deepEqual([fault?.effect, /the field first_name/.test(fault?.message ?? '')], ['field', true])
  })

  test('a condition whose column is dropped emits nothing, and a fault', async () => {
    await crm.attachPeople('a text, hidden boolean', { where: 'hidden is not true', columns: { email: 'a' } })
    await crm.database.execute('alter table people drop column hidden')
    assert.deepEqual(await eventsOf(`insert into people (id, a) values (1, 'x')`), [])
    assert.equal((await crm.takeFaults())[0]?.effect, 'event')
  })

  test('a condition of an event whose field stops fitting is not met, and other events go on', async () => {
    await crm.database.execute(`create table public.people (
      id int primary key, org text default '${crm.organizationId}', kind int, state int)`)
    await crm.attach({
      message: {
        table: 'public.people',
        organization: { column: 'org' },
        columns: {
          id: 'id',
          direction: { column: 'kind', values: { 0: 'inbound', 1: 'outbound' } },
          status: { sql: `case when state = 1 then 'sent' else 'queued' end` },
        },
      },
    })
    await crm.database.execute('alter table people alter column state type text using state::text')
    assert.deepEqual(
      names(await crm.eventsOf(run(`insert into people (id, kind, state) values (1, 0, 'x')`))),
      ['message.received'],
    )
    assert.deepEqual(
      (await crm.takeFaults()).map(({ effect }) => effect),
      ['field'],
    )
  })

  test('a row that leaves a condition while it moves to another organization tells nobody', async () => {
    await crm.attachPeople('hidden boolean', { where: 'hidden is not true', deletes: true })
    await crm.database.execute('insert into people (id) values (1)')
    const moved = `update people set hidden = true, org = '0193f0a2-6c1b-7c3e-8f00-0000000000ff'`
    assert.deepEqual(await eventsOf(moved), [])
  })

  test('dotted targets: keys of an object, beside those of a column', async () => {
    await crm.attachPeople('extra jsonb, plan text, city text', {
      columns: { custom_fields: 'extra', 'custom_fields.plan': 'plan' },
      also: { 'address.city': 'city', 'address.country.code': { sql: `'NL'` } },
    })
    const [created] = await eventsOf(
      `insert into people (id, extra, plan, city) values (1, '{"a": 1}', 'pro', 'Delft')`,
    )
    assert.deepEqual(created?.data['custom_fields'], { a: 1, plan: 'pro' })
    assert.deepEqual(created?.data['address'], { city: 'Delft', country: { code: 'NL' } })
    const [updated] = await eventsOf(`update people set plan = 'free'`)
    assert.deepEqual(updated?.previous, { custom_fields: { a: 1, plan: 'pro' } })
  })

  test('one table may hold two kinds of records, and an event of its own', async () => {
    await crm.database.execute(`
      create table public.people (id int primary key, org text default '${crm.organizationId}', kind text, stage text);`)
    await crm.attach({
      records: [
        {
          record: 'contact',
          table: 'public.people',
          organization: { column: 'org' },
          where: `kind = 'lead'`,
          columns: { id: 'id' },
        },
        {
          record: 'deal',
          table: 'public.people',
          organization: { column: 'org' },
          where: `kind = 'deal'`,
          columns: { id: 'id', stage: 'stage' },
        },
      ],
      events: [
        {
          type: 'lead.won',
          table: 'public.people',
          organization: { column: 'org' },
          on: ['insert', 'update'],
          when: `new.stage = 'won' and old.stage is distinct from 'won'`,
          data: { id: 'id', 'deal.stage': 'stage', former: { sql: 'kind' } },
        },
      ],
    })
    const inserted = await crm.eventsOf(
      run(
        `insert into people (id, kind, stage) values (1, 'lead', null), (2, 'deal', 'new'), (3, 'deal', 'won')`,
      ),
    )
    assert.deepEqual(names(inserted).sort(), ['contact.created', 'deal.created', 'deal.created', 'lead.won'])
    const turned = await crm.eventsOf(run(`update people set kind = 'deal', stage = 'new' where id = 1`))
    assert.deepEqual(names(turned), ['deal.created'])
    const won = await eventsOf(`update people set stage = 'won' where id = 1`)
    assert.deepEqual(
      won.find(({ event }) => event === 'lead.won'),
      {
        event: 'lead.won',
        data: { id: 1, deal: { stage: 'won' }, former: 'deal' },
        previous: { deal: { stage: 'new' } },
      },
    )
    assert.deepEqual(names(await crm.eventsOf(run(`update people set kind = 'deal'`))), [])
  })

  test('an event of the operator may be of a delete, and registers its type with schema and example', async () => {
    await crm.database.execute(`
      create table public.people (id int primary key, org text default '${crm.organizationId}', at timestamp, ok boolean, more jsonb);`)
    await crm.attach({
      events: [
        {
          type: 'person.removed',
          description: 'A person was removed',
          table: 'public.people',
          organization: { column: 'org' },
          on: ['delete'],
          when: 'old.ok',
          data: { id: 'id', at: 'at', ok: 'ok', more: 'more' },
        },
      ],
    })
    const events = await eventsOf(`
      insert into people (id, at, ok) values (1, '2025-01-15 10:30', true), (2, null, false); delete from people`)
    assert.deepEqual(events, [
      {
        event: 'person.removed',
        data: { id: 1, at: '2025-01-15T10:30:00+00:00', ok: true, more: null },
        previous: null,
      },
    ])
    const { rows } = await crm.database.query<{ category: string; schema: string; example: string }>(
      `select category, schema, example from webhooks.webhook_event_types where name = 'person.removed'`,
    )
    const schema = JSON.parse(rows[0]!.schema) as { properties: Record<string, { type?: string[] }> }
    assert.deepEqual(
      [
        rows[0]!.category,
        schema.properties['id']?.type,
        Object.keys(JSON.parse(rows[0]!.example) as object).length,
      ],
      ['person', ['integer', 'null'], 4],
    )
  })

  test('a map that is installed again keeps what it captures under its names', async () => {
    await crm.attachPeople('name text', { columns: { first_name: 'name' } })
    const before = await crm.database.query(
      'select id, installed_at from webhooks_internal.captures order by id',
    )
    const entry = {
      record: 'contact',
      table: 'public.people',
      organization: { column: 'org' },
      columns: { id: 'id', first_name: 'name' },
    }
    await crm.attach({ records: [entry] })
    assert.deepEqual(
      await crm.database.query('select id, installed_at from webhooks_internal.captures order by id'),
      before,
    )
    await crm.attach({ records: [{ ...entry, record: 'deal', columns: { id: 'id', stage: 'name' } }] })
    assert.deepEqual(names(await crm.eventsOf(run(`insert into people (id, name) values (1, 'x')`))), [
      'deal.created',
    ])
    const { rows } = await crm.database.query<{ count: number }>(
      `select count(*)::int as count from pg_trigger where tgrelid = 'people'::regclass`,
    )
    assert.deepEqual(rows, [{ count: 2 }])
  })
})
