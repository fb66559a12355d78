/** A CRM that calls everything something else, knows people by numbers, and has been in use. */
export const OTHER_CRM = `
  create schema crm;
  create table crm.account (id bigint generated always as identity primary key, uuid uuid not null default gen_random_uuid(), label text);
  create table crm.crm_person (
    id bigint generated always as identity primary key, account_id bigint references crm.account (id),
    fname text, lname varchar(80), mail text, mobile text, labels text[], extra json, owner_id bigint,
    secret_note text, score integer, created timestamp not null default now(), modified timestamptz);
  create type crm.way as enum ('in', 'out');
  create table crm.opportunity (
    id uuid primary key default gen_random_uuid(), person_id bigint references crm.crm_person (id), name text,
    state text not null default 'Open', amount numeric(12, 2), owner_id bigint, close_date date);
  create table crm.thread (
    id bigint generated always as identity primary key, person_id bigint references crm.crm_person (id), state text not null default 'open');
  create table crm.chat_message (
    id bigint generated always as identity primary key, thread_id bigint references crm.thread (id), way crm.way not null,
    state varchar(20) not null default 'NEW', text text, campaign_id bigint);
  create view crm.people as select * from crm.crm_person;
  create table crm.notes (text text);
  insert into crm.account (label) values ('Acme');
  insert into crm.crm_person (account_id, fname) select 1, 'Person ' || n from generate_series(1, 50) n;
  insert into crm.thread (person_id) values (1);
`

const person = { column: 'account_id', through: [{ table: 'crm.account', key: 'id', column: 'uuid' }] }
const ofPerson = {
  column: 'person_id',
  through: [{ table: 'crm.crm_person', key: 'id', column: 'account_id' }, ...person.through],
}

/** Of its tables. */
export const OTHER_MAP = {
  contact: {
    table: 'crm.crm_person',
    organization: person,
    columns: {
      id: 'id',
      first_name: 'fname',
      last_name: 'lname',
      email: 'mail',
      phone: 'mobile',
      tags: 'labels',
      custom_fields: 'extra',
      assigned_to: 'owner_id',
      created_at: 'created',
      updated_at: 'modified',
    },
    also: ['score'],
  },
  deal: {
    table: 'crm.opportunity',
    organization: ofPerson,
    columns: {
      id: 'id',
      title: 'name',
      contact_id: 'person_id',
      stage: 'state',
      value: 'amount',
      expected_close_date: 'close_date',
      assigned_to: 'owner_id',
    },
  },
  message: {
    table: 'crm.chat_message',
    organization: {
      column: 'thread_id',
      through: [{ table: 'crm.thread', key: 'id', column: 'person_id' }, ...ofPerson.through],
    },
    columns: {
      id: 'id',
      conversation_id: 'thread_id',
      direction: { column: 'way', values: { in: 'inbound', out: 'outbound' } },
      status: { column: 'state', values: { SENT: 'sent', DONE: 'delivered' } },
      body: 'text',
      broadcast_id: 'campaign_id',
    },
  },
}

/** As Supabase sets a project up, and a CRM in it as its documentation would write one. */
export const SUPABASE_CRM = `
  do $$ begin
    create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
  exception when duplicate_object or unique_violation then null; end $$;
  create schema auth;
  create table auth.users (id uuid primary key default gen_random_uuid(), email text);
  create function auth.uid() returns uuid language sql stable as
    $$ select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid $$;
  create table public.organizations (id uuid primary key default gen_random_uuid(), name text);
  create table public.members (organization_id uuid references public.organizations (id), user_id uuid);
  create table public.contacts (
    id uuid primary key default gen_random_uuid(), organization_id uuid not null references public.organizations (id),
    first_name text, email text, metadata jsonb default '{}', owner_id uuid references auth.users (id),
    created_at timestamptz not null default now());
  create table public.conversations (
    id uuid primary key default gen_random_uuid(), contact_id uuid not null references public.contacts (id), status text not null default 'open');
  alter table public.members enable row level security;
  alter table public.contacts enable row level security;
  alter table public.conversations enable row level security;
  create policy own on public.members for select to authenticated using (user_id = auth.uid());
  create policy own on public.contacts to authenticated using (
    organization_id in (select organization_id from public.members where user_id = auth.uid()));
  create policy own on public.conversations to authenticated using (contact_id in (select id from public.contacts));
  grant usage on schema public, auth to anon, authenticated, service_role;
  grant select, insert, update, delete on all tables in schema public to authenticated, service_role;
`

/** Everything that somebody could find in the database, roles apart. */
export const SNAPSHOT = `
  select string_agg(line, E'\\n' order by line) as everything from (
    select format('schema %s %s', nspname, nspacl) as line from pg_namespace where nspname !~ '^pg_(toast_)?temp'
    union all select format('relation %s %s %s', oid::regclass, relkind, relacl) from pg_class where relnamespace <> 'pg_toast'::regnamespace
    union all select format('function %s %s', oid::regprocedure, proacl) from pg_proc
    union all select format('trigger %s %s %s', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
    union all select format('policy %s %s', polrelid::regclass, polname) from pg_policy
    union all select format('type %s', oid::regtype) from pg_type where typnamespace <> 'pg_toast'::regnamespace
  ) as lines`
