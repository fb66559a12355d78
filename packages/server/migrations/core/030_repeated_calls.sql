-- Calls of the API with an `Idempotency-Key`: while one runs, its claim keeps a repeated call out; afterwards its sealed
-- response is returned instead of a second effect. The transaction of the effect also stores the response, so that neither is
-- there without the other.

create table webhooks_internal.repeated_calls (
  -- A digest of the credential, the path and the key.
  id uuid primary key,
  -- A digest that identifies the credential: a key, a session or the subject of a token.
  credential_id uuid not null,
  -- SHA-256 of the body and of what else the response depends on.
  request_hash bytea not null check (octet_length(request_hash) = 32),
  -- While the call runs: its fencing token, and the time from which a repeated call may take over.
  claim uuid,
  claimed_until timestamptz,
  -- Null while the call runs, and if the response was too large to be kept.
  response text check (response like 'v1.%') constraint response_length check (length(response) <= 1500000),
  expires_at timestamptz not null,
  check ((claim is null) = (claimed_until is null))
);

create index repeated_calls_end on webhooks_internal.repeated_calls (expires_at);

-- What is kept for each credential, which is bounded.
create table webhooks_internal.repeated_call_totals (
  credential_id uuid primary key,
  calls integer not null,
  bytes bigint not null
);

-- Locks totals in the order of their keys: nodes delete expired calls of several credentials at the same time.
create function webhooks_internal.count_repeated_calls() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  if tg_op = 'INSERT' then
    insert into webhooks_internal.repeated_call_totals as t (credential_id, calls, bytes)
    select credential_id, count(*), 0 from gained group by 1 order by 1
    on conflict (credential_id) do update set calls = t.calls + excluded.calls;
  elsif tg_op = 'UPDATE' then
    update webhooks_internal.repeated_call_totals t set bytes = t.bytes + change.bytes
    from (
      select credential_id, sum(bytes) as bytes
      from (
        select credential_id, octet_length(response) as bytes from gained
        union all
        select credential_id, -octet_length(response) from lost
      ) as changes
      group by 1 having sum(bytes) <> 0
    ) as change
    where t.credential_id = change.credential_id;
  else
    perform from webhooks_internal.repeated_call_totals
    where credential_id in (select credential_id from lost) order by credential_id for update;
    update webhooks_internal.repeated_call_totals t set calls = t.calls - gone.calls, bytes = t.bytes - gone.bytes
    from (select credential_id, count(*) as calls, coalesce(sum(octet_length(response)), 0) as bytes from lost group by 1) as gone
    where t.credential_id = gone.credential_id;
    delete from webhooks_internal.repeated_call_totals
    where credential_id in (select credential_id from lost) and calls <= 0;
  end if;
  return null;
end
$$;

revoke execute on function webhooks_internal.count_repeated_calls from public;

create trigger count_inserted after insert on webhooks_internal.repeated_calls
referencing new table as gained
for each statement execute function webhooks_internal.count_repeated_calls();

create trigger count_updated after update on webhooks_internal.repeated_calls
referencing old table as lost new table as gained
for each statement execute function webhooks_internal.count_repeated_calls();

create trigger count_deleted after delete on webhooks_internal.repeated_calls
referencing old table as lost
for each statement execute function webhooks_internal.count_repeated_calls();

-- The credential of the request; null if the request has no `Idempotency-Key`.
create function webhooks_internal.current_credential() returns uuid
language sql stable parallel safe
set search_path = pg_catalog
as $$
  select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'credential_id')::uuid
$$;

-- Nobody sees the calls of another credential: neither the operator's key nor another key of the same organization.
do $$
declare
  own_table regclass;
begin
  foreach own_table in array array['webhooks_internal.repeated_calls', 'webhooks_internal.repeated_call_totals']::regclass[] loop
    execute format('alter table %s enable row level security', own_table);
    execute format(
      'create policy own_calls_of_the_operator on %s to webhooks_service
         using (credential_id = (select webhooks_internal.current_credential()))', own_table);
    execute format(
      'create policy own_calls on %s to webhooks_api
         using (credential_id = (select webhooks_internal.current_credential()))', own_table);
  end loop;
end
$$;

grant select, insert, update on webhooks_internal.repeated_calls
to webhooks_service, webhooks_api, webhooks_read, webhooks_emit;

grant select on webhooks_internal.repeated_call_totals
to webhooks_service, webhooks_api, webhooks_read, webhooks_emit;

select webhooks_internal.grant_scopes();
