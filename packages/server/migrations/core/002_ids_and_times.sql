-- Ids begin with a time, so that rows are inserted at the right edge of their indexes, and an id leads to its partition.

-- UUIDv7; PostgreSQL has its own from version 18 on. `set search_path` would keep PostgreSQL from inlining the function,
-- so every name is qualified instead.
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

-- A UUIDv8 that starts with a time as UUIDv7 does, and is the same for the same seed: writing a row twice gives it one id.
create function webhooks_internal.derived_id(at timestamptz, seed text) returns uuid
language sql immutable parallel safe
set search_path = pg_catalog
as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
    || '8' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid
  from md5(seed) as hash
$$;

-- The lowest UUIDv7 of a UTC day.
create function webhooks_internal.lowest_id(day date) returns uuid
language sql immutable parallel safe
as $$
  select (lpad(to_hex((extract(epoch from day::timestamp) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- The time at the start of a UUIDv7.
create function webhooks_internal.made_at(id uuid) returns timestamptz
language sql immutable parallel safe
as $$
  select to_timestamp(('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)::bigint / 1000.0)
$$;

-- The database's clock, some milliseconds from now, in milliseconds since 1970.
create function webhooks_internal.in_milliseconds(milliseconds integer) returns bigint
language sql
as $$
  select (extract(epoch from clock_timestamp()) * 1000)::bigint + milliseconds
$$;

create function webhooks_internal.touch_updated_at() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  -- `*<>` compares bytes: `is distinct from` would fail for a column whose type has no equality (json, xml, point).
  -- Sealing a secret with another key does not change the secret.
  if new *<> old and current_setting('webhooks.resealing', true) is distinct from 'on' then
    new.updated_at := now();
  end if;
  return new;
end
$$;
