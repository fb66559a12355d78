-- The reference CRM: what a ConnectGain without a CRM of its own works on. Users are known by id only.

create table public.organizations (
  id uuid primary key default webhooks.uuid_v7(),
  name text not null check (name <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table webhooks.webhook_configurations
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
-- With the organization go its keys.
alter table webhooks.api_keys
  add foreign key (organization_id) references public.organizations (id) on delete cascade;

create table public.contacts (
  id uuid primary key default webhooks.uuid_v7(),
  first_name text,
  last_name text,
  email text,
  phone text,
  company text,
  tags text[] not null default '{}',
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  assigned_to uuid,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index contacts_organization on public.contacts (organization_id, created_at desc);
-- How whoever writes or calls is recognized.
create index contacts_phone on public.contacts (organization_id, phone) where phone is not null;
create index contacts_email on public.contacts (organization_id, email) where email is not null;

create table public.deals (
  id uuid primary key default webhooks.uuid_v7(),
  title text,
  contact_id uuid references public.contacts (id) on delete set null,
  pipeline text not null default 'default' check (pipeline <> ''),
  stage text not null default 'New' check (stage <> ''),
  value numeric(18, 2),
  currency text check (currency ~ '^[A-Z]{3}$'),
  expected_close_date date,
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  assigned_to uuid,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index deals_organization on public.deals (organization_id, created_at desc);
create index deals_contact on public.deals (contact_id) where contact_id is not null;

-- All but what identifies a row and what the database keeps itself: a key that changes would tear a row from its history.
create function webhooks_internal.grant_crm_table(crm_table text, role text) returns void
language plpgsql
set search_path = pg_catalog
as $$
declare
  changeable text;
begin
  select string_agg(quote_ident(attname), ', ') into changeable
  from pg_attribute
  where attrelid = format('public.%I', crm_table)::regclass and attnum > 0 and not attisdropped
    and attname not in ('id', 'created_at', 'updated_at', 'sent_at', 'delivered_at', 'read_at', 'failed_at');
  execute format('grant select, insert, delete, update (%s) on public.%I to %I', changeable, crm_table, role);
end
$$;
