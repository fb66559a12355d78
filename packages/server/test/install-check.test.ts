import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { AttachedCrm } from './harness/attached-crm.ts'
import { createAttachedCrm } from './harness/attached-crm.ts'
import { runCheck } from './harness/checked-crm.ts'
import { ENGINES } from './harness/databases.ts'
import type { EmittedEvent, OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { OTHER_CRM, OTHER_MAP } from './harness/other-crms.ts'

/** Rows of the last hour, some of which are unlike the others, and a trigger that leaves a trace outside of the transaction. */
const ROWS = `
  update crm.crm_person set created = now() - interval '3 hours';
  insert into crm.crm_person (account_id, fname, lname, score, owner_id, created) values
    (1, 'Ann', 'A', 1, null, now()), (1, 'Bea', 'B', 2, 7, now()), (null, 'Cid', 'C', 5, null, now());
  insert into crm.chat_message (thread_id, way, state, text, campaign_id) values
    (1, 'in', 'NEW', 'Hi', 5), (1, 'out', 'SENT', 'Hello', null);
  create table crm.audit (id bigint generated always as identity, what text);
  create sequence crm.audited;
  create function crm.audit() returns trigger language plpgsql as $$
    begin perform nextval('crm.audited'); insert into crm.audit (what) values (new.fname); return new; end $$;
  create trigger audit before update on crm.crm_person for each row execute function crm.audit();
`

const EVERYTHING = `
  select json_build_object('persons', (select json_agg(p) from crm.crm_person p), 'audit', (select count(*) from crm.audit),
    'messages', (select json_agg(m) from crm.chat_message m))::text as rows`

suite('install --check', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  before(async () => {
    crm = await openOtherCrm(OTHER_CRM)
    await crm.database.execute(ROWS)
  })
  after(() => crm.close())

  const read = async (): Promise<string> =>
    (await crm.snapshot()) + (await crm.database.query<{ rows: string }>(EVERYTHING)).rows[0]!.rows
  const audited = async (): Promise<boolean> =>
    (await crm.database.query<{ is_called: boolean }>('select is_called from crm.audited')).rows[0]!.is_called

  test('the cost of updates is measured without and with capture, and nothing is left of them', async () => {
    const untouched = await read()
    const { code, report } = await runCheck(crm, '--check', OTHER_MAP)
    assert.equal(code, 0, JSON.stringify(report))
    const person = report.measured?.find(({ relation }) => relation === '"crm"."crm_person"')
    assert.deepEqual(
      person?.costs.map(({ changes, rows }) => [changes, rows]),
      [
        ['nothing', 1],
        ['nothing', 53],
        ['fname', 1],
        ['fname', 53],
      ],
    )
    for (const cost of person?.costs ?? [])
      assert.ok(cost.without! > 0 && cost.with! > 0, JSON.stringify(cost))
    assert.deepEqual(person?.otherTriggers, ['audit'])
    assert.equal(await audited(), true)
    assert.equal(await read(), untouched)
  })

  test('--no-measure updates no row, so that no trigger of the CRM runs', async () => {
    await crm.database.execute(`select setval('crm.audited', 1, false)`)
    const { code, report } = await runCheck(crm, '--check', OTHER_MAP, '--no-measure')
    assert.deepEqual([code, report.measured, await audited()], [0, undefined, false])
    assert.equal(report.previews?.length, 3)
  })

  test('the preview has the events of the last hour’s rows, as they are emitted when these are inserted', async () => {
    const map = {
      records: [
        {
          record: 'contact',
          ...OTHER_MAP.contact,
          where: `fname <> 'Bea' or owner_id = 7`,
          also: { rank: { sql: 'score * 2' }, label: 'fname' },
        },
        { record: 'message', ...OTHER_MAP.message },
      ],
      events: [
        {
          type: 'person.ranked',
          table: 'crm.crm_person',
          organization: OTHER_MAP.contact.organization,
          on: ['insert'],
          when: 'new.score > 1',
          data: { name: 'fname', score: { column: 'score', values: { 2: 'two' }, default: 'other' } },
        },
      ],
    }
    const { report } = await runCheck(crm, '--check', map, '--no-measure')
    assert.deepEqual(
      report.previews?.map(({ from, rowCount }) => [from, rowCount]),
      [
        ['last hour', 3],
        ['newest by key', 2],
        ['last hour', 3],
      ],
    )
    const previewed = report.previews?.flatMap(({ events }) =>
      events.flatMap(({ event, samples }) =>
        samples.map(({ organizationId, data, previous = null }): EmittedEvent => ({
          event,
          organization_id: organizationId,
          data,
          previous,
        })),
      ),
    )
    assert.equal((await crm.install(map)).code, 0)
    const emitted = await crm.eventsOf(() =>
      crm.database.execute(`
        begin;
        create temporary table persons on commit drop as
          select * from crm.crm_person where created > now() - interval '1 hour';
        create temporary table messages on commit drop as select * from crm.chat_message;
        delete from crm.chat_message;
        delete from crm.crm_person where created > now() - interval '1 hour';
        insert into crm.crm_person overriding system value select * from persons;
        insert into crm.chat_message overriding system value select * from messages;
        commit;`),
    )
    const sort = (events: readonly EmittedEvent[] = []): string[] =>
      events.map((event) => JSON.stringify(event)).sort()
    assert.deepEqual(sort(previewed), sort(emitted))
    assert.deepEqual([...new Set(emitted.map(({ event }) => event))].sort(), [
      'broadcast.response',
      'contact.assigned',
      'contact.created',
      'message.received',
      'message.sent',
      'person.ranked',
    ])
    assert.equal((await crm.command('uninstall')).code, 0)
  })

  test('an expression that fails is told with the row that it fails on, and the others are previewed', async () => {
    const map = {
      contact: { ...OTHER_MAP.contact, also: { share: { sql: '100 / (score - 2)' }, score: 'score' } },
    }
    const { code, report } = await runCheck(crm, '--check', map)
    const [preview] = report.previews ?? []
    assert.equal(code, 1)
    assert.deepEqual(
      [preview?.failedRows, preview?.failures],
      [1, [{ expression: 'field share', key: '52', error: 'division by zero' }]],
    )
    assert.deepEqual(
      preview?.events.map(({ event, count }) => [event, count]),
      [['contact.created', 1]],
    )
  })

  test('warnings tell of fields without values, untranslated ones, rows that never count and rows without an organization', async () => {
    const map = {
      organizations: { table: 'crm.account', id: 'id', name: 'label' },
      records: [
        { record: 'contact', ...OTHER_MAP.contact, organization: { column: 'account_id' } },
        {
          record: 'message',
          ...OTHER_MAP.message,
          organization: {
            column: 'thread_id',
            through: [
              { table: 'crm.thread', key: 'id', column: 'person_id' },
              { table: 'crm.crm_person', key: 'id', column: 'account_id' },
            ],
          },
          where: `state <> 'gone'`,
        },
        {
          record: 'conversation',
          table: 'crm.thread',
          organization: {
            column: 'person_id',
            through: [{ table: 'crm.crm_person', key: 'id', column: 'account_id' }],
          },
          where: `state = 'OPEN'`,
          columns: { id: 'id', status: 'state' },
        },
      ],
    }
    await crm.database.execute(`insert into crm.account (label) values ('Empty')`)
    const { code, report } = await runCheck(crm, '--check', map, '--no-measure')
    const person = '"crm"."crm_person" (contact)'
    assert.equal(code, 0, JSON.stringify(report))
    assert.deepEqual(
      report.warnings.filter((line) => !line.startsWith('records.')),
      [
        `${person}: 1 of 3 rows have no organization and emit nothing, such as 53`,
        `${person}: null in every row that was looked at (3): email, phone, updated_at`,
        '"crm"."chat_message" (message): status has values that the map does not translate: "NEW"',
        '"crm"."thread" (conversation): no row meets its where',
        'organizations: without a row in any table of the map: 2',
      ],
    )
  })

  test('a locked table is told, neither waited for nor in the way of the others', async () => {
    await crm.database.transaction(async (connection) => {
      await connection.execute('lock table crm.crm_person in access exclusive mode')
      const began = performance.now()
      const { code, report } = await runCheck(crm, '--check', { contact: OTHER_MAP.contact })
      assert.ok(performance.now() - began < 10_000)
      assert.equal(code, 0)
      const told = /is locked by others for longer than 100 ms/
      assert.match(report.previews![0]!.obstacle!, told)
      assert.match(report.measured![0]!.obstacle!, told)
    })
  })

  test('rows that others have locked are left alone, and capture that would have to wait is told', async () => {
    await crm.database.transaction(async (connection) => {
      await connection.execute('update crm.crm_person set score = 0 where id < 40')
      const { report } = await runCheck(crm, '--check', { contact: OTHER_MAP.contact })
      assert.equal(report.previews![0]!.rowCount, 3)
      assert.match(report.measured![0]!.obstacle!, /is locked by others/)
    })
  })

  test('--check and --diff with wrong usage exit with 2', async () => {
    const wrong = [
      await crm.command('install', '--diff'),
      await crm.command('install', '--check', '--dry-run', '--preset', 'none'),
    ]
    assert.deepEqual(
      wrong.map(({ code }) => code),
      [2, 2],
    )
  })
})

suite('install --check by a role with few rights', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: AttachedCrm
  before(async () => {
    crm = await createAttachedCrm(process.env['TEST_DATABASE_URL']!)
  })
  after(() => crm?.close())

  test('the role is told what to grant, and then measures', async () => {
    const refused = await runCheck(crm, '--check', { contact: OTHER_MAP.contact })
    assert.equal(refused.code, 0)
    assert.match(
      refused.report.measured![0]!.obstacle!,
      new RegExp(`grant select, update on "crm"\\."crm_person" to ${crm.installer}$`),
    )
    assert.match(refused.report.previews![0]!.obstacle!, /it takes select on "crm"\."crm_person"/)
    await crm.asSuperuser(`grant select, update on crm.crm_person to ${crm.installer}`)
    const { report } = await runCheck(crm, '--check', { contact: OTHER_MAP.contact })
    assert.deepEqual(report.measured![0]!.obstacle, undefined)
    assert.equal(report.measured![0]!.costs.length, 4)
    await crm.install([], { contact: OTHER_MAP.contact })
    const again = await runCheck(crm, '--check')
    assert.equal(again.report.measured![0]!.costs.length, 4, JSON.stringify(again.report.measured))
  })
})
