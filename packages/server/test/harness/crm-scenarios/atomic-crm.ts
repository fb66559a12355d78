import type { PresetCrm, Scenario } from './scenario.ts'
import { emits } from './scenario.ts'

const only = emits('00000000-0000-4000-8000-000000000001')

/** As Supabase's API runs a request of somebody who is signed in. */
const signedIn = (sql: string): string => `begin; set local role authenticated; ${sql}; commit`

const CONTACTS: readonly Scenario[] = [
  {
    title: 'a contact that a signed-in user adds has the first e-mail and telephone number of its lists',
    sql: signedIn(`insert into contacts (id, first_name, last_name, email_jsonb, phone_jsonb, tags, company_id, sales_id, status, title, first_seen)
      values (101, 'Cid', 'Roe', '[{"email": "cid@example.com", "type": "Work"}, {"email": "c@example.com", "type": "Home"}]',
        '[{"number": "+15550101", "type": "Home"}]', '{1,2}', 1, 1, 'cold', 'CTO', '2025-01-15T10:30:00Z')`),
    expect: [
      only('contact.created', {
        id: '101',
        first_name: 'Cid',
        email: 'cid@example.com',
        phone: '+15550101',
        company: 'Lee Ltd',
        tags: ['1', '2'],
        custom_fields: { status: 'cold', title: 'CTO' },
        assigned_to: '1',
        company_id: 1,
        created_at: '2025-01-15T10:30:00+00:00',
      }),
      only('contact.assigned', { id: '101' }, { assigned_to: null }),
    ],
  },
  {
    title: 'lists that are null, empty, or no lists leave the contact without an e-mail',
    sql: signedIn(`insert into contacts (id, email_jsonb) values (102, null);
      insert into contacts (id, email_jsonb) values (103, '[]');
      insert into contacts (id, email_jsonb) values (104, '{"email": "x@example.com"}');
      insert into contacts (id, email_jsonb) values (105, '"x@example.com"');
      insert into contacts (id, email_jsonb) values (106, '[{"email": null}]')`),
    expect: ['102', '103', '104', '105', '106'].map((id) =>
      only('contact.created', { id, email: null, phone: null, tags: [], company: null }),
    ),
  },
  {
    title: 'a second e-mail emits nothing, and another first one an event',
    sql: signedIn(`insert into contacts (id, email_jsonb, tags) values (107, '[{"email": "a@example.com"}]', '{1}');
      update contacts set email_jsonb = '[{"email": "a@example.com"}, {"email": "b@example.com"}]', last_seen = now() where id = 107;
      update contacts set email_jsonb = '[{"email": "b@example.com"}]' where id = 107;
      update contacts set tags = '{2,1}' where id = 107; update contacts set status = 'hot' where id = 107`),
    expect: [
      only('contact.created', { email: 'a@example.com' }),
      only('contact.updated', { email: 'b@example.com' }, { email: 'a@example.com' }),
      only('contact.updated', { tags: ['2', '1'] }, { tags: ['1'] }),
      only('contact.updated', { custom_fields: { status: 'hot', title: null } }),
    ],
  },
  {
    title: 'a company that is deleted takes its contacts and deals with it',
    sql: `insert into companies (id, name) values (108, 'Short Ltd');
          insert into contacts (id, first_name, company_id) values (108, 'Dan', 108);
          insert into deals (id, name, company_id, stage) values (108, 'Short', 108, 'opportunity');
          delete from companies where id = 108`,
    expect: [
      only('contact.created', { id: '108', company: 'Short Ltd' }),
      only('deal.created', { id: '108' }),
      only('contact.deleted', { id: '108', first_name: 'Dan', company_id: 108 }),
      only('deal.deleted', { id: '108', title: 'Short' }),
    ],
  },
  {
    title: 'notes emit nothing, and neither does a new user, who becomes a salesperson',
    sql: `insert into "contactNotes" (contact_id, text) values (1, 'Secret'); update "contactNotes" set text = 'x';
          insert into auth.users (email) values ('kim@acme.example.com')`,
    expect: [],
  },
  {
    title: 'an import of thousands of contacts emits an event each',
    sql: signedIn(`insert into contacts (first_name, last_name, email_jsonb)
      select 'Bulk', n::text, jsonb_build_array(jsonb_build_object('email', n || '@example.com')) from generate_series(1, 2500) n;
      update contacts set has_newsletter = true, last_seen = now() where first_name = 'Bulk';
      delete from contacts where first_name = 'Bulk'`),
    expect: [
      { ...only('contact.created', { first_name: 'Bulk' }), times: 2_500 },
      { ...only('contact.deleted', { first_name: 'Bulk' }), times: 2_500 },
    ],
  },
]

const DEALS: readonly Scenario[] = [
  {
    title: 'a deal has its first contact, and the fields that the CRM has beside',
    sql: signedIn(`insert into deals (id, name, company_id, contact_ids, stage, amount, category, expected_closing_date)
      values (201, 'Plan', 1, '{1,101}', 'opportunity', 1200, 'website', '2025-02-28T00:00:00Z');
      insert into deals (id, name, stage) values (202, 'Empty', 'opportunity')`),
    expect: [
      only('deal.created', {
        id: '201',
        title: 'Plan',
        contact_id: '1',
        stage: 'opportunity',
        value: 1200,
        expected_close_date: '2025-02-28',
        custom_fields: { category: 'website' },
        contact_ids: [1, 101],
        company_id: 1,
      }),
      only('deal.created', { id: '202', contact_id: null, contact_ids: null, value: null }),
    ],
  },
  {
    title: 'another order of the board emits nothing, and a deal that is won two events',
    sql: signedIn(`insert into deals (id, name, company_id, stage, amount, index) values (203, 'Big', 1, 'proposal-sent', 10, 0);
      update deals set index = coalesce(index, 0) + 1, updated_at = now();
      update deals set stage = 'won', index = 0 where id = 203;
      update deals set stage = 'won' where id = 203;
      insert into deals (id, name, stage) values (204, 'Won at once', 'won')`),
    expect: [
      only('deal.created', { id: '203' }),
      only('deal.stage.changed', { stage: 'won' }, { stage: 'proposal-sent' }),
      only('deal.won', { id: 203, value: 10, company: 'Lee Ltd' }),
      only('deal.created', { id: '204' }),
      only('deal.won', { id: 204, company: null }),
    ],
  },
  {
    title: 'a deal that is archived is deleted, and new when it comes back',
    sql: signedIn(`insert into deals (id, name, stage) values (205, 'Old', 'lost');
      update deals set archived_at = now() where id = 205; update deals set name = 'Older' where id = 205;
      update deals set archived_at = null where id = 205; delete from deals where id = 205`),
    expect: [
      only('deal.created', { id: '205' }),
      only('deal.deleted', { id: '205', title: 'Old' }),
      only('deal.created', { id: '205', title: 'Older' }),
      only('deal.deleted', { id: '205', title: 'Older' }),
    ],
  },
  {
    title: 'a task that is done emits an event of its own, once',
    sql: signedIn(`insert into tasks (id, contact_id, type, text, sales_id) values (206, 1, 'Call', 'Ask Ann', 2);
      update tasks set due_date = now() + interval '1 day' where id = 206;
      update tasks set done_date = now() where id = 206; update tasks set text = 'Asked' where id = 206;
      update tasks set done_date = null where id = 206; delete from tasks where id = 206`),
    expect: [
      only('task.completed', { id: 206, contact_id: 1, type: 'Call', text: 'Ask Ann', assigned_to: 2 }),
    ],
  },
  {
    title: 'what is rolled back emits nothing',
    sql: `begin; set local role authenticated; insert into deals (name, stage) values ('Never', 'won'); rollback`,
    expect: [],
  },
]

export const ATOMIC_CRM: PresetCrm = {
  name: 'atomic-crm',
  // As Supabase sets a server up.
  prepare: `
    do $$ begin
      create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
    exception when duplicate_object or unique_violation then null; end $$;
    grant authenticated to crm_app`,
  drift: {
    change: 'alter table contacts drop column title cascade',
    restore: 'alter table contacts add column title text',
    meanwhile: {
      sql: `insert into contacts (id, first_name) values (401, 'Leo')`,
      expect: [only('contact.created', { id: '401', first_name: 'Leo' })],
    },
    problem: /The column title of public\.contacts is missing/,
  },
  probe: {
    sql: `insert into public.contacts (first_name) values ('Probe')`,
    organization: '00000000-0000-4000-8000-000000000001',
    event: 'contact.created',
  },
  scenarios: [...CONTACTS, ...DEALS],
}
