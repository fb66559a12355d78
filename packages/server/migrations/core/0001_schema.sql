-- Two schemas. `webhooks` is what /rest/v1 exposes, column by column as granted; `webhooks_internal` is the engine's
-- own. The owner of both is the role that the program connects as; API requests switch to a role below it, for
-- which row-level security holds.

create schema if not exists webhooks_internal;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['webhooks_service', 'webhooks_api'] loop
    begin
      execute format('create role %I nologin noinherit', wanted);
    exception
      -- Roles belong to the cluster: another database, or another node just now, may have made it.
      when duplicate_object or unique_violation then null;
    end;
    -- From PostgreSQL 16 on, creating a role does not include the right to switch to it.
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to %I', wanted, current_user);
    end if;
  end loop;
end
$$;

grant usage on schema webhooks, webhooks_internal to webhooks_service, webhooks_api;

-- UUIDv7: time first, so that keys are inserted at the right edge of their index. PostgreSQL has its own from 18 on.
-- Without `set search_path`, which would keep it from being inlined into the statement; so every name is qualified.
create function webhooks.uuid_v7() returns uuid
language sql volatile parallel safe
as $$
  select pg_catalog.encode(
    pg_catalog.set_bit(pg_catalog.set_bit(
      pg_catalog.overlay(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
        pg_catalog.substring(
          pg_catalog.int8send(pg_catalog.floor(
            extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000)::pg_catalog.int8),
          3),
        1, 6),
      52, 1), 53, 1),
    'hex')::pg_catalog.uuid
$$;

-- The organization that the request's credentials belong to; null for none. Set by the API for its transaction only.
create function webhooks.current_organization() returns uuid
language sql stable parallel safe
set search_path = pg_catalog
as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'organization_id', '')::uuid
$$;

-- An answer is built as one text. Beyond this bound it would exhaust the process that passes it on.
create function webhooks_internal.bounded_answer(answer text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog
as $$
begin
  if octet_length(answer) > 64 * 1024 * 1024 then
    raise exception using errcode = 'PT413', message = 'the answer is larger than 64 MiB',
      hint = 'Ask for fewer rows with limit, or for fewer columns with select.';
  end if;
  return answer;
end
$$;

create function webhooks_internal.touch_updated_at() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  -- Sealed once more with another key, a secret is still the same.
  if new is distinct from old and current_setting('webhooks.resealing', true) is distinct from 'on' then
    new.updated_at := now();
  end if;
  return new;
end
$$;
