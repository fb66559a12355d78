-- A log database apart from that of the CRM. What the CRM's database says of organizations and event types is copied into it.

-- In the log database: how far copying has come. One row; a node locks it while it copies.
create table webhooks_internal.crm_copies (
  is_only boolean primary key default true check (is_only),
  -- When a node copied last.
  copied_at timestamptz not null default '-infinity',
  -- The last of the organizations that are copied in the order of their changes.
  changed_at timestamptz not null default '-infinity',
  changed_id uuid not null default '00000000-0000-0000-0000-000000000000',
  -- All are compared again and again, in the order of their ids: this was the last one.
  compared_id uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Of the map whose event types are copied, as the CRM's database writes it.
  map_installed_at text check (length(map_installed_at) <= 100)
);

insert into webhooks_internal.crm_copies default values;

-- In the CRM's database: organizations in the order of their changes, and the deletions that the log database knows.
create index tenants_changed on webhooks_internal.tenants (updated_at, id);
alter table webhooks_internal.deleted_organizations add column copied_at timestamptz;
