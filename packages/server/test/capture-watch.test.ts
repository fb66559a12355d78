import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { captureReferenceCrm } from '../src/capture/capture-reference.ts'
import { checkCaptures } from '../src/capture/watch-captures.ts'
import type { CapturingDatabase } from './harness/captured.ts'
import { openCapturing } from './harness/captured.ts'
import { ENGINES } from './harness/databases.ts'

interface WatchedCapture {
  table_name: string
  status: string
  problems: string[]
}

interface Breakage {
  title: string
  breaks: string
  status: 'drifted' | 'missing'
  problems: readonly string[]
  repairs: string
}

const BREAKAGES: readonly Breakage[] = [
  {
    title: 'a trigger is disabled',
    breaks: 'alter table contacts disable trigger webhooks_capture_inserts',
    status: 'drifted',
    problems: [
      'The trigger webhooks_capture_inserts on public.contacts is disabled. ' +
        'Enable it with: alter table public.contacts enable trigger webhooks_capture_inserts.',
    ],
    repairs: 'alter table public.contacts enable trigger webhooks_capture_inserts',
  },
  {
    title: 'a trigger fires for replication only',
    breaks: 'alter table contacts enable replica trigger webhooks_capture_updates',
    status: 'drifted',
    problems: [
      'The trigger webhooks_capture_updates on public.contacts fires for replication only. ' +
        'Enable it with: alter table public.contacts enable trigger webhooks_capture_updates.',
    ],
    repairs: 'alter table public.contacts enable trigger webhooks_capture_updates',
  },
  {
    title: 'a trigger was dropped',
    breaks: 'drop trigger webhooks_capture_updates on contacts',
    status: 'drifted',
    problems: [
      'The trigger webhooks_capture_updates on public.contacts is missing. Restart the server to install it again.',
    ],
    repairs: '',
  },
  {
    title: 'a trigger was replaced by one of the same name',
    breaks: `create function public.nothing() returns trigger language plpgsql as 'begin return null; end';
      create or replace trigger webhooks_capture_updates after update on contacts
        for each statement execute function public.nothing()`,
    status: 'drifted',
    problems: [
      'The trigger webhooks_capture_updates on public.contacts was replaced by another trigger. ' +
        'Restart the server to install it again.',
    ],
    repairs: 'drop function public.nothing cascade',
  },
  {
    title: 'a function was replaced',
    breaks: `create or replace function webhooks_internal.capture_contact_inserts() returns trigger
      language plpgsql as 'begin return null; end'`,
    status: 'drifted',
    problems: [
      'The function webhooks_internal.capture_contact_inserts was replaced. Restart the server to install it again.',
    ],
    repairs: '',
  },
  {
    title: 'the functions and their triggers were dropped',
    breaks: `drop function webhooks_internal.capture_contact_inserts cascade;
      drop function webhooks_internal.capture_contact_updates cascade`,
    status: 'missing',
    problems: [
      'The trigger webhooks_capture_inserts on public.contacts is missing. Restart the server to install it again.',
      'The trigger webhooks_capture_updates on public.contacts is missing. Restart the server to install it again.',
      'The function webhooks_internal.capture_contact_inserts is missing. Restart the server to install it again.',
      'The function webhooks_internal.capture_contact_updates is missing. Restart the server to install it again.',
    ],
    repairs: '',
  },
  {
    title: 'the table was restored from a dump without its triggers',
    breaks: `drop trigger webhooks_capture_inserts on contacts; drop trigger webhooks_capture_updates on contacts`,
    status: 'missing',
    problems: [
      'The trigger webhooks_capture_inserts on public.contacts is missing. Restart the server to install it again.',
      'The trigger webhooks_capture_updates on public.contacts is missing. Restart the server to install it again.',
    ],
    repairs: '',
  },
  {
    title: 'the table was renamed',
    breaks: 'alter table contacts rename to people',
    status: 'missing',
    problems: [
      'The table public.contacts was renamed to public.people: its changes emit no events. Rename it back and restart the server.',
    ],
    repairs: 'alter table people rename to contacts',
  },
  {
    title: 'another table has taken the name of a captured table',
    breaks:
      'alter table contacts rename to contacts_old; create table contacts (like contacts_old including all)',
    status: 'missing',
    problems: [
      'Another table now has the name public.contacts; the captured table was renamed to public.contacts_old. ' +
        'Restart the server to capture the new table.',
    ],
    repairs: 'drop table contacts; alter table contacts_old rename to contacts',
  },
  {
    title: 'a column was renamed',
    breaks: 'alter table contacts rename column company to firm',
    status: 'drifted',
    problems: [
      'The column company of public.contacts was renamed to firm. Rename it back with: ' +
        'alter table public.contacts rename column firm to company.',
    ],
    repairs: 'alter table public.contacts rename column firm to company',
  },
  {
    title: 'the type of a column was changed',
    breaks: 'alter table deals alter column title type varchar(200)',
    status: 'drifted',
    problems: [
      'The column title of public.deals was text and is now character varying. ' +
        'Restart the server to adapt to it, or change the type back.',
    ],
    repairs: 'alter table deals alter column title type text',
  },
]

for (const engine of ENGINES) {
  suite(`capture check of the reference CRM (${engine})`, () => {
    let crm: CapturingDatabase
    before(async () => {
      crm = await openCapturing(engine)
    })
    after(() => crm.close())

    async function check(): Promise<WatchedCapture[]> {
      await checkCaptures(crm.database)
      const { rows } = await crm.database.query<WatchedCapture>(
        'select table_name, status, problems from webhooks.webhook_captures order by record',
      )
      return rows
    }
    const findDrifted = async (): Promise<WatchedCapture[]> =>
      (await check()).filter(({ status }) => status !== 'ok')

    test('the capture check finds no problem in a fresh installation', async () => {
      assert.deepEqual(
        (await check()).map(({ table_name, status }) => `${table_name} ${status}`),
        [
          'public.contacts ok',
          'public.conversations ok',
          'public.deals ok',
          'public.meetings ok',
          'public.messages ok',
        ],
      )
    })

    test('a column that an operator adds is not a drift', async () => {
      await crm.database.execute('alter table contacts add column favourite_colour text')
      assert.deepEqual(await findDrifted(), [])
    })

    for (const { title, breaks, status, problems, repairs } of BREAKAGES) {
      test(`the capture check reports that ${title}, and no problem once it is fixed`, async () => {
        await crm.database.execute(breaks)
        const found = await findDrifted()
        assert.deepEqual([found[0]?.status, found[0]?.problems], [status, problems])
        if (repairs !== '') await crm.database.execute(repairs)
        await captureReferenceCrm(crm.database)
        assert.deepEqual(await findDrifted(), [])
      })
    }

    test('the capture check reports a role whose settings bypass the triggers', async () => {
      const { rows } = await crm.database.query<{ target: string }>(
        `select 'role watched_replica in database ' || quote_ident(current_database()) as target`,
      )
      const { target } = rows[0]!
      // In this database only: roles belong to the server, which other tests use too.
      await crm.database.execute(
        `create role watched_replica; alter ${target} set session_replication_role = replica`,
      )
      const found = await findDrifted()
      await crm.database.execute('drop role watched_replica')
      assert.equal(found.length, 5)
      assert.deepEqual(found[0]?.problems, [
        `With session_replication_role = replica, ${target} can change public.contacts without emitting events. ` +
          `Remove it with: alter ${target} reset session_replication_role.`,
      ])
      assert.deepEqual(await findDrifted(), [])
    })

    test('the capture check reports a dropped column, even after a restart', async () => {
      await crm.database.execute('alter table contacts drop column company')
      await captureReferenceCrm(crm.database)
      assert.deepEqual((await findDrifted())[0]?.problems, [
        'The column company of public.contacts is missing. Add it again.',
      ])
      await crm.database.execute('alter table contacts add column company text')
      assert.deepEqual(await findDrifted(), [])
    })

    test('the capture check reports a dropped table', async () => {
      await crm.database.execute('drop table meetings cascade')
      assert.deepEqual(await findDrifted(), [
        {
          table_name: 'public.meetings',
          status: 'missing',
          problems: [
            'The table public.meetings was dropped: its changes emit no events. Create it again and restart the server.',
          ],
        },
      ])
    })
  })
}
