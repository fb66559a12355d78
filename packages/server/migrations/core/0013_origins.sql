-- Who made a change, said by whoever makes it: `select set_config('webhooks.origin', …, true)` in the CRM's own transaction, and
-- by the API for its. A webhook does not get what comes from an origin that it ignores, so that two systems which keep each
-- other up to date do not answer each other for ever. The default reads it whichever way an event is inserted.
alter table webhooks.webhook_events
  add column origin text default left(nullif(current_setting('webhooks.origin', true), ''), 200);

alter table webhooks.webhook_configurations add column ignore_origins text[] not null default '{}';

create or replace view webhooks_internal.targets as
select id as webhook_id, organization_id, events, is_active, filter, url, secret,
  case when previous_secret_until > now() then previous_secret end as previous_secret, previous_secret_until,
  sealed_headers, timeout_ms, max_in_flight,
  health = 'healthy' as is_healthy, health = 'held' as is_held, is_parked or rate_limit is not null as is_parked, rate_limit,
  ignore_origins
from webhooks.webhook_configurations;

-- Which record a delivery is about: the `id` in its event's data. It never changes, so that recording a result still touches
-- no index.
alter table webhooks.webhook_deliveries add column record_id text;
create index webhook_deliveries_record on webhooks.webhook_deliveries (record_id) where record_id is not null;

-- For what is not on the fast way, which reads it from the request body: src/domain/record-id.ts.
create function webhooks_internal.record_id(data json) returns text
language plpgsql stable
set search_path = pg_catalog
as $$
begin
  return (select found.id from (select data ->> 'id' as id) as found
    where json_typeof(data -> 'id') in ('string', 'number') and length(found.id) between 1 and 200);
exception
  -- An escape that JSON knows and text does not.
  when untranslatable_character then
    return null;
end
$$;

grant select (ignore_origins), insert (ignore_origins), update (ignore_origins)
on webhooks.webhook_configurations to webhooks_service, webhooks_api;
grant select (record_id) on webhooks.webhook_deliveries to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
