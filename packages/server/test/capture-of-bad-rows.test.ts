import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onAttached } from './harness/attached.ts'

onAttached('capture of bad rows', (crm, engine) => {
  const run = (sql: string) => () => crm.database.execute(sql)

  test('an insert of many rows records a fault for each bad row and emits events for all others', async () => {
    await crm.attachPeople('')
    const events = await crm.eventsOf(
      run(`insert into people select i, case when i in (17, 290) then 'nonsense' else '${crm.organizationId}' end
             from generate_series(1, 300) i`),
    )
    assert.equal(events.length, 298)
    const faults = await crm.takeFaults()
    assert.deepEqual(
      faults.map(({ record_ids, row_count, code, operation, effect }) => ({
        record_ids,
        row_count,
        code,
        operation,
        effect,
      })),
      ['17', '290'].map((id) => ({
        record_ids: [id],
        row_count: 1,
        code: '22P02',
        operation: 'insert',
        effect: 'event',
      })),
    )
  })

  test('an update of many rows records a fault for each bad row and emits events for all others', async () => {
    await crm.attachPeople('name text', { columns: { first_name: 'name' } })
    await crm.database.execute(
      `insert into people select i, '${crm.organizationId}', 'x' from generate_series(1, 200) i`,
    )
    await crm.database.execute(`update people set org = 'nonsense' where id = 120`)
    await crm.takeFaults()
    const events = await crm.eventsOf(run(`update people set name = 'y'`))
    assert.equal(events.length, 199)
    assert.ok(events.every(({ previous }) => previous === '{"first_name":"x"}'))
    assert.deepEqual(
      (await crm.takeFaults()).map(({ record_ids }) => record_ids),
      [['120']],
    )
  })

  test('a statement with 5,000 bad rows records faults with all of their keys', async () => {
    await crm.attachPeople('')
    await crm.database.execute(`insert into people select i, 'nonsense' from generate_series(1, 5000) i`)
    const faults = await crm.takeFaults()
    assert.equal(new Set(faults.flatMap(({ record_ids }) => record_ids)).size, 5_000)
    assert.equal(
      faults.reduce((sum, { row_count }) => sum + row_count, 0),
      5_000,
    )
  })

  test(
    "a lock on ConnectGain's tables does not block a statement of the CRM, and a fault names its rows",
    { skip: engine === 'pglite' && 'PGlite has one connection' },
    async () => {
      await crm.attachPeople('')
      await crm.database.transaction(async (connection) => {
        await connection.execute('lock table webhooks.webhook_events in access exclusive mode')
        await crm.database.execute('insert into people (id) values (1), (2)')
      })
      const faults = await crm.takeFaults()
      assert.deepEqual(
        faults.flatMap(({ record_ids }) => record_ids),
        ['1', '2'],
      )
      assert.equal(faults[0]?.code, '55P03')
    },
  )

  for (const [what, body] of [
    ['raises', `raise exception 'no'`],
    ['fails an assertion', `assert false, 'no'`],
    ['divides by zero', 'return (1 / 0)::text'],
  ] as const) {
    test(`a custom cast of the CRM that ${what} records a fault and does not fail the statement`, async () => {
      await crm.database.execute(`
          create type public.mood as enum ('fine', 'bad');
          create function public.mood_text(mood) returns text language plpgsql as $$
            begin if $1 = 'bad' then ${body}; end if; return 'fine'; end $$;
          create cast (mood as text) with function public.mood_text(mood);`)
      try {
        await crm.attachPeople('mood mood', { columns: { first_name: 'mood' } })
        const events = await crm.eventsOf(
          run(`insert into people (id, mood) values (1, 'fine'), (2, 'bad'), (3, 'fine')`),
        )
        assert.equal(events.length, 2)
        assert.deepEqual(
          (await crm.takeFaults()).map(({ record_ids }) => record_ids),
          [['2']],
        )
      } finally {
        await crm.database.execute('drop table if exists people; drop type public.mood cascade')
      }
    })
  }
})
