import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { SUPABASE_CRM } from './harness/other-crms.ts'
import { testSupabaseProject } from './harness/supabase-tests.ts'
import { LONG } from './harness/until.ts'

const INSTALLER = 'webhooks_installer'
const MAP = {
  contact: {
    table: 'public.contacts',
    organization: { column: 'organization_id' },
    columns: {
      id: 'id',
      first_name: 'first_name',
      email: 'email',
      custom_fields: 'metadata',
      assigned_to: 'owner_id',
    },
  },
  conversation: {
    table: 'public.conversations',
    organization: {
      column: 'contact_id',
      through: [{ table: 'public.contacts', key: 'id', column: 'organization_id' }],
    },
    columns: {
      id: 'id',
      contact_id: 'contact_id',
      status: 'status',
      subject: {
        column: 'contact_id',
        lookup: { table: 'public.contacts', key: 'id', value: `upper(first_name)` },
      },
    },
  },
}

suite('installation in a Supabase project', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  let organization: string
  let captureFunction: string
  const user = '0193f0a2-6c1b-7c3e-8f00-0000000000a1'

  before(async () => {
    crm = await openOtherCrm(
      `${SUPABASE_CRM}
       do $$ begin create role ${INSTALLER} login createrole password '${INSTALLER}';
       exception when duplicate_object or unique_violation then null; end $$;
       insert into auth.users (id) values ('${user}');
       insert into public.organizations (name) values ('Acme');
       insert into public.members select id, '${user}' from public.organizations;`,
      INSTALLER,
    )
    const { rows } = await crm.database.query<{ id: string; name: string }>(
      'select id, current_database() as name from public.organizations',
    )
    organization = rows[0]!.id
    await crm.database.execute(`grant create on database "${rows[0]!.name}" to ${INSTALLER}`)
  })
  after(() => crm.close())

  test('install names the privileges that its role lacks, and how to grant them', async () => {
    const { code, report } = await crm.install(MAP)
    assert.equal(code, 1)
    const text = report.problems.join('\n')
    assert.match(text, /records\.0\.table: .*grant trigger on "public"\."contacts"/)
    assert.match(
      text,
      /records\.1\.organization\.through\.0: .*grant select \("id", "organization_id"\) on "public"\."contacts"/,
    )
    assert.match(
      text,
      /records\.1\.columns\.subject\.lookup: .*grant select \("id", "first_name"\) on "public"\."contacts"/,
    )
    assert.match(text, /row-level security hides the rows of public\.contacts/)
  })

  test('install attaches with only the privileges that it asked for', async () => {
    await crm.database.execute(`
      grant trigger on public.contacts, public.conversations to ${INSTALLER};
      grant select (id, organization_id, first_name) on public.contacts to ${INSTALLER};
      create policy webhooks on public.contacts for select to ${INSTALLER} using (true);`)
    const { code, report } = await crm.install(MAP)
    assert.deepEqual([code, report.problems], [0, []])
    const { rows } = await crm.database.query<{ id: string }>(
      `select id from webhooks_internal.captures where subject = 'contact'`,
    )
    captureFunction = `webhooks_internal.capture_${rows[0]!.id}_inserts()`
  })

  test('a signed-in user under row-level security needs no further privilege to emit events', async () => {
    const events = await crm.eventsOf(() =>
      crm.database.transaction(async (connection) => {
        await connection.query(`select set_config('request.jwt.claims', $1, true)`, [
          JSON.stringify({ sub: user }),
        ])
        await connection.execute('set local role authenticated')
        const { rows } = await connection.query<{ id: string }>(
          `insert into public.contacts (organization_id, first_name) values ($1, 'Ann') returning id`,
          [organization],
        )
        await connection.query('insert into public.conversations (contact_id) values ($1)', [rows[0]!.id])
        await connection.query(`update public.conversations set status = 'closed'`)
      }),
    )
    assert.deepEqual(
      events.map(({ event, organization_id }) => [event, organization_id]),
      ['contact.created', 'conversation.created', 'conversation.status.changed'].map((event) => [
        event,
        organization,
      ]),
    )
    const { rows } = await crm.database.query<{ may: boolean }>(
      `select has_schema_privilege('authenticated', 'webhooks', 'usage')
         or has_table_privilege('authenticated', 'webhooks.webhook_events', 'insert')
         or has_function_privilege('authenticated', '${captureFunction}', 'execute') as may`,
    )
    assert.deepEqual(rows, [{ may: false }])
  })

  test('another role cannot attach the capture functions to its own table to forge events', async () => {
    await assert.rejects(
      crm.database.transaction(async (connection) => {
        await connection.execute(`grant create on schema public to authenticated; set local role authenticated;
          create table public.forged (id uuid, organization_id uuid);
          create trigger forge after insert on public.forged referencing new table as new_rows
          for each statement execute function ${captureFunction};`)
      }),
      { code: '42501' },
    )
  })

  test('uninstall detaches from tables that its role does not own', async () => {
    assert.equal((await crm.command('uninstall')).code, 0)
    const { rows } = await crm.database.query(
      `select tgname from pg_trigger where tgname like 'webhooks_%' and tgrelid::regclass::text like '%con%'`,
    )
    assert.deepEqual(rows, [])
  })
})

suite('a new Supabase project', { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
  testSupabaseProject(() => process.env['TEST_DATABASE_URL']!)
})
