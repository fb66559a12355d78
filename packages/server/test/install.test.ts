import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { schemaOf } from '../src/domain/event-types/event-schema.ts'
import { EVENT_TYPES } from '../src/domain/event-types/event-types.ts'
import { ENGINES } from './harness/databases.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP } from './harness/other-crms.ts'
import { until } from './harness/until.ts'

const ajv = new Ajv2020({ allowUnionTypes: true })
formats.default(ajv)

suite('installation in a CRM with other names', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  let untouched: string

  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
    untouched = await crm.snapshot()
  })
  after(() => crm.close())

  test('install attaches all mapped tables, and a second run changes nothing', async () => {
    const first = await crm.install(OTHER_MAP)
    assert.equal(first.code, 0)
    assert.deepEqual([...new Set(first.report.tables?.map(({ state }) => state))], ['attached'])
    const again = await crm.install(OTHER_MAP)
    assert.deepEqual(
      [again.report.migrations, ...new Set(again.report.tables?.map(({ state }) => state))],
      [[], 'unchanged'],
    )
  })

  test('event data has the documented names and shape, whatever names and types the CRM uses', async () => {
    const events = await crm.eventsOf(() =>
      crm.database.query(
        `insert into crm.crm_person (account_id, fname, labels, extra, owner_id, secret_note, score, created)
         values (1, 'Ann', '{a,b}', '{"plan": "pro"}', 7, 'hidden', 3, '2025-01-15 10:30')`,
      ),
    )
    const { rows } = await crm.database.query<{ uuid: string }>('select uuid from crm.account')
    assert.deepEqual(
      events.map(({ event, organization_id }) => [event, organization_id]),
      [
        ['contact.created', rows[0]!.uuid],
        ['contact.assigned', rows[0]!.uuid],
      ],
    )
    assert.deepEqual(events[0]!.data, {
      id: '51',
      first_name: 'Ann',
      last_name: null,
      email: null,
      phone: null,
      company: null,
      tags: ['a', 'b'],
      custom_fields: { plan: 'pro' },
      assigned_to: '7',
      organization_id: rows[0]!.uuid,
      created_at: '2025-01-15T10:30:00+00:00',
      updated_at: null,
      score: 3,
    })
  })

  test('a change of a mapped column emits an event with previous values, and other changes emit none', async () => {
    const change = (set: string) => () => crm.database.query(`update crm.crm_person set ${set} where id = 51`)
    assert.deepEqual(await crm.eventsOf(change(`secret_note = 'x', modified = now()`)), [])
    const [updated] = await crm.eventsOf(change(`fname = 'Anna', extra = '{"plan": "free"}'`))
    assert.deepEqual(
      [updated?.event, updated?.previous],
      ['contact.updated', { first_name: 'Ann', custom_fields: { plan: 'pro' } }],
    )
    const [assigned, ...others] = await crm.eventsOf(change('owner_id = 8'))
    assert.deepEqual(
      [assigned?.event, assigned?.previous, others],
      ['contact.assigned', { assigned_to: '7' }, []],
    )
  })

  test('the data of every emitted event matches the schema of its event type', async () => {
    const events = await crm.eventsOf(async () => {
      await crm.database.execute(`
        insert into crm.opportunity (person_id, name, amount) values (1, 'Deal', 12.5);
        update crm.opportunity set state = 'Won', amount = 13, owner_id = 1;
        insert into crm.chat_message (thread_id, way, text, campaign_id) values (1, 'in', 'Hi', 5);
        insert into crm.chat_message (thread_id, way, text) values (1, 'out', 'Hello');`)
    })
    assert.deepEqual(
      events.map(({ event }) => event),
      [
        'deal.created',
        'deal.updated',
        'deal.stage.changed',
        'deal.assigned',
        'message.received',
        'broadcast.response',
      ],
    )
    for (const { event, data } of events) {
      const isValid = ajv.compile(schemaOf(EVENT_TYPES.find(({ name }) => name === event)!))
      assert.ok(isValid(data), JSON.stringify([event, isValid.errors]))
    }
  })

  test('each status of a message is emitted once, even if its table does not store when it changed', async () => {
    const events = await crm.eventsOf(async () => {
      for (const state of ['SENT', 'DONE', 'SENT', 'NEW', 'DONE', 'failed', 'SENT'])
        await crm.database.query(`update crm.chat_message set state = $1 where way = 'out'`, [state])
    })
    assert.deepEqual(
      events.map(({ event, data }) => [event, data['status']]),
      [
        ['message.sent', 'sent'],
        ['message.delivered', 'delivered'],
        ['message.failed', 'failed'],
      ],
    )
  })

  test('a row without an organization emits no event and raises no capture fault', async () => {
    assert.deepEqual(
      await crm.eventsOf(() => crm.database.query(`insert into crm.crm_person (fname) values ('Nobody')`)),
      [],
    )
    const { rows } = await crm.database.query('select id from webhooks.webhook_capture_faults')
    assert.deepEqual(rows, [])
  })

  test('a statement for ten thousand rows emits all their events after one for a single row', async () => {
    const events = await crm.eventsOf(() =>
      crm.database.transaction(async (connection) => {
        await connection.query(`update crm.crm_person set lname = 'x' where id = 1`)
        await connection.query(
          `insert into crm.crm_person (account_id) select 1 from generate_series(1, 10000)`,
        )
        await connection.query(`update crm.crm_person set lname = 'y' where account_id = 1`)
      }),
    )
    assert.ok(events.length > 20_000)
  })

  test('a changed map takes effect while a transaction that writes to the table is open', async () => {
    await crm.database.transaction(async (connection) => {
      await connection.query(`update crm.crm_person set lname = 'z' where id = 1`)
      const { also: _, ...less } = OTHER_MAP.contact
      const { code, report } = await crm.install({ ...OTHER_MAP, contact: less })
      assert.equal(code, 0)
      assert.equal(report.tables?.find(({ record }) => record === 'contact')?.state, 'changed')
    })
    const [event] = await crm.eventsOf(() =>
      crm.database.query(`update crm.crm_person set lname = 'n' where id = 1`),
    )
    assert.equal(event?.data['score'], undefined)
  })

  test('uninstall reports a table that stays locked and leaves it attached', async () => {
    await crm.database.transaction(async (connection) => {
      await connection.query(`update crm.crm_person set lname = 'held' where id = 1`)
      const { code, stderr } = await crm.command('uninstall', '--patience', '300ms')
      assert.equal(code, 1)
      assert.match(stderr, /"crm"\."crm_person" stays locked/)
    })
    const events = await crm.eventsOf(() =>
      crm.database.query(`update crm.crm_person set lname = 'm' where id = 1`),
    )
    assert.equal(events.length, 1)
  })

  test('uninstall and install succeed under concurrent writes, none of which fails or is missed', async () => {
    await crm.command('uninstall')
    await crm.database.execute('delete from webhooks.webhook_events')
    const writing = { isOver: false }
    const write = async (): Promise<void> => {
      while (!writing.isOver) await crm.database.query('insert into crm.crm_person (account_id) values (1)')
    }
    const writers = [write(), write(), write()]
    const last = async (): Promise<number> =>
      (await crm.database.query<{ id: number }>('select max(id) as id from crm.crm_person')).rows[0]!.id
    const { code } = await crm.install(OTHER_MAP)
    assert.equal(code, 0)
    // Up to three writes under way may have begun before.
    const attached = (await last()) + 3
    await until('a hundred writes more', async () => (await last()) > attached + 100)
    writing.isOver = true
    await Promise.all(writers)
    const { rows } = await crm.database.query<{ missed: number }>(
      `select count(*) as missed from crm.crm_person p where p.id > $1 and not exists (
         select from webhooks.webhook_events e where e.event = 'contact.created' and e.data ->> 'id' = p.id::text)`,
      [attached],
    )
    assert.deepEqual(rows, [{ missed: 0 }])
  })

  test('uninstall leaves no trace in the CRM, and uninstall --purge none in the database', async () => {
    const { code, stdout } = await crm.command('uninstall')
    assert.equal(code, 0)
    assert.equal((JSON.parse(stdout) as { detached: string[] }).detached.length, 3)
    const outside = (text: string): string[] => text.split('\n').filter((line) => !line.includes('webhooks'))
    assert.deepEqual(outside(await crm.snapshot()), outside(untouched))
    assert.doesNotMatch(await crm.snapshot(), /trigger crm\./)
    assert.equal((await crm.command('uninstall', '--purge')).code, 0)
    assert.equal(await crm.snapshot(), untouched)
    assert.equal((await crm.command('uninstall')).code, 0)
  })
})
