-- Events from the transactions of a CRM, the reference one or another: which tables are captured, and what went wrong.
-- The functions and triggers themselves are written by src/crm/, for the columns that a table has.

create table webhooks_internal.captures (
  -- What the table's rows are: contact, deal, conversation, message, meeting.
  record text primary key,
  relation text not null,
  -- How the table's columns are called, in the words of the events; null: the reference CRM's own.
  map json,
  -- Of the SQL that was installed.
  fingerprint text not null,
  installed_at timestamptz not null default now()
);

-- A change in the CRM whose events could not be written. The CRM's own statement does not fail for it.
create table webhooks.webhook_capture_faults (
  id uuid primary key default webhooks.uuid_v7(),
  relation text not null,
  operation text not null,
  -- SQLSTATE.
  code text not null,
  message text not null,
  -- How many rows the statement changed, and the first hundred of their ids.
  row_count bigint not null,
  record_ids text[] not null,
  created_at timestamptz not null default now()
);

create index webhook_capture_faults_age on webhooks.webhook_capture_faults (created_at);

comment on table webhooks.webhook_capture_faults is 'Changes in the CRM whose events could not be written, and why';

alter table webhooks.webhook_capture_faults enable row level security;
create policy every_organization on webhooks.webhook_capture_faults to webhooks_service using (true) with check (true);
grant select on webhooks.webhook_capture_faults to webhooks_service;

-- Never raises: whoever calls it has a user's statement to save.
create function webhooks_internal.record_capture_fault(
  relation text, operation text, code text, message text, row_count bigint, record_ids text[]
) returns void
language plpgsql
set search_path = pg_catalog
as $$
begin
  raise warning 'no webhook events for % rows of %: % (%)', row_count, relation, message, code;
  insert into webhooks.webhook_capture_faults (relation, operation, code, message, row_count, record_ids)
  values (relation, lower(operation), code, message, row_count, record_ids);
exception
  when transaction_rollback then
    raise;
  when others then
    raise warning 'the fault could not be recorded either: % (%)', sqlerrm, sqlstate;
end
$$;

revoke execute on function webhooks_internal.record_capture_fault from public;

-- Which statuses a message of another CRM has had, so that each is emitted once: that CRM's table need not say.
create table webhooks_internal.reached_statuses (
  record_id text,
  event text,
  reached_at timestamptz not null default now(),
  primary key (record_id, event)
);

create index reached_statuses_age on webhooks_internal.reached_statuses (reached_at);

select webhooks_internal.grant_scopes();
