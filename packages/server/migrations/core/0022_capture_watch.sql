-- Whether each table is captured as it was installed: looked at once a minute by src/capture/watch-captures.ts.

alter table webhooks_internal.captures
  -- Triggers, functions, tables and columns as they were when the capture was installed; null: installed by a release before this one.
  add column expected json,
  -- `missing`: the table, or all that captures it, is not there.
  add column status text not null default 'ok' check (status in ('ok', 'drifted', 'missing')),
  add column problems text[] not null default '{}',
  add column checked_at timestamptz,
  -- The last check that found no problem.
  add column well_at timestamptz;

-- Periods in which a table was not captured as installed, or not known to be. What was written meanwhile may have emitted nothing.
create table webhooks_internal.capture_drifts (
  id bigint generated always as identity primary key,
  record text not null,
  relation text not null,
  -- The last check at which all was well, or the installation.
  since timestamptz not null,
  -- The check at which all was well again; null: it is not yet.
  until timestamptz,
  problems text[] not null
);

create unique index capture_drifts_open on webhooks_internal.capture_drifts (record) where until is null;
create index capture_drifts_age on webhooks_internal.capture_drifts (until);

create view webhooks.webhook_captures with (security_invoker = true) as
select
  (select format('%I.%I', name[1], name[2]) from parse_ident(c.relation) as name) as table_name,
  c.record, c.status, c.problems, c.checked_at
from webhooks_internal.captures c;

comment on view webhooks.webhook_captures is 'The tables whose changes emit events, and whether they are captured as installed';
comment on column webhooks.webhook_captures.record is '@primary';

grant select (record, relation, status, problems, checked_at) on webhooks_internal.captures to webhooks_service;
grant select on webhooks.webhook_captures to webhooks_service;
