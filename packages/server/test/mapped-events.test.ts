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
