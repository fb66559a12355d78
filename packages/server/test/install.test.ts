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

suite('attaching to a CRM with other names', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  let untouched: string

  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
    untouched = await crm.snapshot()
  })
  after(() => crm.close())

  test('it attaches, and again it has nothing to do', async () => {
    const first = await crm.install(OTHER_MAP)
    assert.equal(first.code, 0)
    assert.deepEqual([...new Set(first.report.tables?.map(({ state }) => state))], ['attached'])
    const again = await crm.install(OTHER_MAP)
    assert.deepEqual(
      [again.report.migrations, ...new Set(again.report.tables?.map(({ state }) => state))],
      [[], 'unchanged'],
    )
  })

  test('data has our names and our shape, whatever the CRM’s', async () => {
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

  test('changes are told as ours, and what is not mapped is none', async () => {
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

  test('all that is emitted is what the schemas say', async () => {
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

  test('each status of a message is emitted once, though its table does not say when', async () => {
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

  test('what has no organization emits nothing, and fails nobody', async () => {
    assert.deepEqual(
      await crm.eventsOf(() => crm.database.query(`insert into crm.crm_person (fname) values ('Nobody')`)),
      [],
    )
    const { rows } = await crm.database.query('select id from webhooks.webhook_capture_faults')
    assert.deepEqual(rows, [])
  })

  test('ten thousand rows after a single one are no longer than they have to be', async () => {
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

  test('a changed map takes no lock: it is in force while somebody writes', async () => {
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

  test('a table that is never free is left as it is, and said', async () => {
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

  test('it comes and goes under concurrent writes, none of which fails', async () => {
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
    // Three writes may be under way that began before.
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

  test('uninstall leaves no trace on the CRM, and with --purge none in the database', async () => {
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
