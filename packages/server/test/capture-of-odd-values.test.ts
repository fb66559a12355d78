import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeCapture } from '../src/capture/capture-sql.ts'
import { quoteIdentifier } from '../src/database/identifiers.ts'
import { onAttached } from './harness/attached.ts'

/** Valid JSON that text or jsonb cannot represent. */
const ODD_JSON = ['{"a":"x\\u0000y"}', '{"a":"\\ud83d"}', '{"\\u0000":1}', '{"a":1,"a":2,  "b" : 1.0}']

onAttached('capture of unusual values and names', (crm) => {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

  for (const json of ODD_JSON) {
    test(`the JSON value ${json} is emitted unchanged on insert and on update`, async () => {
      await crm.attachPeople('meta json', { columns: { custom_fields: 'meta' } })
      const events = await crm.eventsOf(async () => {
        await crm.database.execute(`insert into people (id, meta) values (1, ${literal(json)})`)
        await crm.database.execute(`update people set meta = '{}' where id = 1`)
        await crm.database.execute(`update people set meta = ${literal(json)} where id = 1`)
      })
      assert.deepEqual(
        events.map(({ event }) => event),
        ['contact.created', 'contact.updated', 'contact.updated'],
      )
      assert.ok(events[0]!.data.includes(json))
      assert.ok(events[1]!.previous!.includes(json))
      assert.ok(events[2]!.data.includes(json))
      assert.deepEqual(await crm.takeFaults(), [])
    })
  }

  test("a table with a column for every identifier in the trigger's code emits all of them", async () => {
    const [first] = await crm.attachPeople('status text')
    const { functions } = writeCapture({ ...first!, id: 'contact' })
    const identifiers = new Set(functions.join('\n').match(/\b[a-z_][a-z_0-9]*\b/g))
    const names = [...identifiers].filter(
      (name) =>
        name.length < 60 &&
        !['id', 'org', 'status', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'].includes(name),
    )
    await crm.database.execute('drop table people')
    const eventColumns = new Set([
      'organization_id',
      'created_at',
      'updated_at',
      'email',
      'phone',
      'company',
      'tags',
      'first_name',
      'last_name',
      'custom_fields',
      'assigned_to',
    ])
    const also = names.filter((name) => !eventColumns.has(name))
    await crm.attachPeople(names.map((name) => `${quoteIdentifier(name)} text`).join(', '), { also })
    const set = also.map((name) => `${quoteIdentifier(name)} = 'was'`).join(', ')
    const events = await crm.eventsOf(async () => {
      await crm.database.execute('insert into people (id) values (1)')
      await crm.database.execute(`update people set ${set}`)
      // The other path through the code, taken when the first one fails.
      await crm.database.execute(`update people set id = 2, ${set.replaceAll("'was'", "'is'")}`)
    })
    assert.deepEqual(await crm.takeFaults(), [])
    assert.deepEqual(
      events.map(({ event }) => event),
      ['contact.created', 'contact.updated', 'contact.updated'],
    )
    const [data, previous] = [events[2]!.data, events[2]!.previous!].map(
      (json) => JSON.parse(json) as Record<string, unknown>,
    )
    for (const name of also) {
      assert.equal(data![name], 'is', name)
      assert.equal(previous![name], 'was', name)
    }
  })

  const SETTINGS = [
    'extra_float_digits = 0',
    'extra_float_digits = -15',
    `datestyle = 'German, DMY'`,
    `intervalstyle = 'iso_8601'`,
    `timezone = 'Asia/Kathmandu'`,
    `bytea_output = 'escape'`,
    'standard_conforming_strings = off',
    'transform_null_equals = on',
    'quote_all_identifiers = on',
    'row_security = off',
    `search_path = ''`,
    `search_path = 'public, pg_catalog'`,
    'enable_hashjoin = off; set enable_mergejoin = off; set enable_sort = off',
    `plan_cache_mode = 'force_generic_plan'`,
    `plpgsql.extra_errors = 'all'; set plpgsql.extra_warnings = 'all'`,
    `default_transaction_isolation = 'serializable'`,
    `work_mem = '64kB'`,
    `client_min_messages = 'debug5'`,
  ]
  test('session settings do not change the emitted events', async () => {
    await crm.attachPeople(
      `f float8, f4 float4, i interval, b bytea, d date, t timestamptz, r daterange, tr tstzrange, m money, txt text, a float8[]`,
      { also: ['f', 'f4', 'i', 'b', 'd', 't', 'r', 'tr', 'm', 'txt', 'a'] },
    )
    const change = `update public.people set f = 0.1::float8 + 0.2, f4 = 0.1, i = '1 day 2 hours', b = decode('deadbeef', 'hex'), d = date '2025-03-04',
        t = timestamptz '2025-03-04 05:06:07.891+00', r = daterange('2025-03-04', '2025-04-05'), tr = tstzrange('2025-03-04 00:00+00', null),
        m = 12.5::numeric::money, txt = 'it''s a ' || chr(92) || ' back', a = array[0.1::float8 + 0.2]`
    const clear =
      'update public.people set f = 1, f4 = 1, i = null, b = null, d = null, t = null, r = null, tr = null, m = null, txt = null, a = null'
    const texts = async (setting = 'application_name = x') => {
      const events = await crm.eventsOf(() =>
        crm.database.transaction(async (connection) => {
          await connection.execute('insert into people (id) values (1)')
          await connection.execute(`set local ${setting.replaceAll('; set ', '; set local ')}`)
          await connection.execute(`${change}; ${clear}; delete from public.people`)
        }),
      )
      return events.map(({ event, data, previous }) => [event, data, previous])
    }
    const expected = await texts()
    assert.equal(expected.length, 3)
    assert.match(String(expected[1]![1]), /"f":0\.30000000000000004/)
    for (const setting of SETTINGS) assert.deepEqual(await texts(setting), expected, setting)
    assert.deepEqual(await crm.takeFaults(), [])
  })

  test('a table of 300 columns emits all of them', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `c${index}`)
    await crm.attachPeople(names.map((name) => `${name} int`).join(', '), { also: names })
    const [created, updated] = await crm.eventsOf(async () => {
      await crm.database.execute('insert into people (id) values (1)')
      await crm.database.execute(`update people set ${names.map((name) => `${name} = 1`).join(', ')}`)
    })
    assert.equal(
      Object.keys(JSON.parse(created!.data) as object).filter((name) => /^c\d/.test(name)).length,
      300,
    )
    assert.equal(Object.keys(JSON.parse(updated!.previous!) as object).length, 300)
  })
})
