-- For statements on the embedded database, which cannot interrupt one: asked of every row. Volatile, or it would be asked once;
-- cheap, because PostgreSQL asks cheap conditions first.
create function webhooks_internal.is_row_in_time() returns boolean
language plpgsql volatile
cost 0.01
set search_path = pg_catalog
as $$
begin
  if clock_timestamp() > statement_timestamp() + nullif(current_setting('statement_timeout'), '0')::interval then
    raise exception using errcode = '57014', message = 'canceling statement due to statement timeout',
      hint = 'Filter by a column that is indexed, or ask for fewer rows.';
  end if;
  return true;
end
$$;

-- Payloads of sources that were verified and are yet to be taken in: answered at once, written to the CRM behind. Sources belong
-- to the reference CRM, this queue to the program, which counts it whether there is one or not.
create table webhooks_internal.source_queue (
  id uuid primary key default webhooks.uuid_v7(),
  organization_id uuid not null,
  provider text not null,
  payload bytea not null,
  -- Items of it that have been taken in, and what of them was not understood.
  items_done integer not null default 0,
  reasons json not null default '{"told": [], "untold": 0}',
  created_at timestamptz not null default now()
);

-- Organizations take turns.
create index source_queue_turns on webhooks_internal.source_queue (organization_id, id);
