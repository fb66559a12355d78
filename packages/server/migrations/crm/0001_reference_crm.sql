-- The reference CRM: what a ConnectGain without a CRM of its own works on. Users are known by id only.

create table public.organizations (
  id uuid primary key default webhooks.uuid_v7(),
  name text not null check (name <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

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

create table public.deals (
  id uuid primary key default webhooks.uuid_v7(),
  title text,
  contact_id uuid references public.contacts (id) on delete set null,
  pipeline text not null default 'default',
  stage text not null default 'New',
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
create index deals_contact on public.deals (contact_id);

alter table webhooks.webhook_configurations
  add foreign key (organization_id) references public.organizations (id) on delete cascade;

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
    and attname not in ('id', 'created_at', 'updated_at');
  execute format('grant select, insert, delete, update (%s) on public.%I to %I', changeable, crm_table, role);
end
$$;

do $$
declare
  crm_table text;
begin
  foreach crm_table in array array['organizations', 'contacts', 'deals'] loop
    execute format(
      'create trigger touch_updated_at before update on public.%I for each row
         execute function webhooks_internal.touch_updated_at()', crm_table);
    execute format('alter table public.%I enable row level security', crm_table);
    execute format('create policy every_organization on public.%I to webhooks_service using (true) with check (true)', crm_table);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_service');
  end loop;

  foreach crm_table in array array['contacts', 'deals'] loop
    execute format(
      'create policy own_organization on public.%I to webhooks_api
         using (organization_id = (select webhooks.current_organization()))
         with check (organization_id = (select webhooks.current_organization()))', crm_table);
    perform webhooks_internal.grant_crm_table(crm_table, 'webhooks_api');
  end loop;
end
$$;
