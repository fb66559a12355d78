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

onAttached('fields by a map', (crm: AttachedDatabase) => {
  const run = (sql: string) => async () => await crm.database.execute(sql)
  const eventsOf = async (sql: string) => read(await crm.eventsOf(run(sql)))

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
})
