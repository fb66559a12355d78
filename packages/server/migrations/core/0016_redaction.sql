-- What a webhook is not to be told: fields that are cut from the bodies that it is sent, and so from what its log keeps. A delivery
-- keeps the fields that were cut when it was made, so that every attempt at it sends the same bytes.
alter table webhooks.webhook_configurations add column redact text[] not null default '{}';
-- Null, which takes no room, for nearly all.
alter table webhooks.webhook_deliveries add column redact text[];

create or replace view webhooks_internal.targets as
select id as webhook_id, organization_id, events, is_active, filter, url, secret,
  case when previous_secret_until > now() then previous_secret end as previous_secret, previous_secret_until,
  sealed_headers, timeout_ms, max_in_flight,
  health = 'healthy' as is_healthy, health = 'held' as is_held, is_parked or rate_limit is not null as is_parked, rate_limit,
  -- Null: it is told all.
  ignore_origins, nullif(redact, '{}') as redact
from webhooks.webhook_configurations;

-- The value without what the path leads to; a list's elements each without it. What is left keeps its order and its text, so that
-- no number changes on the way. Of lists in lists in lists, deeper than anybody writes, nothing is left.
create function webhooks_internal.cut(value json, path text[], lists integer default 0) returns json
language plpgsql immutable
set search_path = pg_catalog
as $$
begin
  if lists > 16 then
    return null;
  end if;
  case json_typeof(value)
    when 'object' then
      return (
        select '{' || coalesce(string_agg(to_json(f.key)::text || ':' || case
            when f.key = path[1] then webhooks_internal.cut(f.value, path[2:])
            else f.value
          end::text, ',' order by f.place), '') || '}'
        from json_each(value) with ordinality as f (key, value, place)
        where f.key <> path[1] or cardinality(path) > 1
      )::json;
    when 'array' then
      return (
        select '[' || coalesce(string_agg(coalesce(webhooks_internal.cut(e.value, path, lists + 1)::text, 'null'), ','
          order by e.place), '') || ']'
        from json_array_elements(value) with ordinality as e (value, place)
      )::json;
    else
      return value;
  end case;
end
$$;

-- A field of `data` is cut from `previous` too, where the same field has its former value.
create function webhooks_internal.cut_all(value json, part text, fields text[]) returns json
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
  field text;
begin
  foreach field in array fields loop
    if split_part(field, '.', 1) in ('data', part) then
      value := webhooks_internal.cut(value, (string_to_array(field, '.'))[2:]);
    end if;
  end loop;
  return value;
exception
  -- A name with an escape that JSON knows and text does not: nothing rather than too much.
  when untranslatable_character then
    return case when value is not null then '{}' end;
end
$$;

-- The body as one webhook is sent it. `fields` null: as it is.
create function webhooks_internal.delivery_body(fields text[], event text, happened_at timestamptz, data json, previous json)
returns text
language sql stable parallel safe
as $$
  select case
    when fields is null then webhooks_internal.event_body(event, happened_at, data, previous)
    else webhooks_internal.event_body(event, happened_at, webhooks_internal.cut_all(data, 'data', fields),
      webhooks_internal.cut_all(previous, 'previous', fields))
  end
$$;

grant select (redact), insert (redact), update (redact) on webhooks.webhook_configurations to webhooks_service, webhooks_api;
grant select (redact) on webhooks.webhook_deliveries to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
