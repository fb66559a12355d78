-- Shapes: what a webhook's bodies are written as, and how much of an event they have.

alter table webhooks.webhook_configurations
  add column format text not null default 'connectgain' check (format in ('connectgain', 'cloudevents', 'cloudevents-binary',
    'slack', 'teams', 'discord', 'google_chat', 'transform')),
  add column payload text not null default 'full' check (payload in ('full', 'thin')),
  -- The source of a JavaScript module.
  add column transform text check (transform <> '') constraint transform_length check (octet_length(transform) <= 65536),
  -- Events that the transform is tried with, and what it must make of them.
  add column transform_tests jsonb not null default '[]' check (jsonb_typeof(transform_tests) = 'array')
    constraint transform_tests_length check (octet_length(transform_tests::text) <= 1048576),
  add constraint transform_is_there check (format <> 'transform' or transform is not null),
  -- A message in a chat names the record.
  add constraint payload_fits_format check (payload = 'full' or format not in ('slack', 'teams', 'discord', 'google_chat'));

comment on column webhooks.webhook_configurations.format is 'What the bodies of requests are written as';
comment on column webhooks.webhook_configurations.payload is
  'full: the record; thin: the id of the record and the names of the fields that changed';
comment on column webhooks.webhook_configurations.transform is
  'JavaScript that makes the bodies with the format transform: a module whose default export is a function of the event';
comment on column webhooks.webhook_configurations.transform_tests is
  'Examples for the transform: the event''s body, and the body that it must return, or null where it skips the event';

-- Every transform that a webhook has had. Deliveries name the version that they were made with, so that each attempt sends the
-- same bytes.
create table webhooks.webhook_transforms (
  webhook_id uuid not null,
  version integer not null,
  organization_id uuid not null,
  source text not null constraint source_length check (octet_length(source) <= 65536),
  created_at timestamptz not null default now(),
  primary key (webhook_id, version)
);

create index webhook_transforms_organization on webhooks.webhook_transforms (organization_id);

comment on table webhooks.webhook_transforms is 'Every version of the transforms of webhooks, the latest of which applies to new deliveries';
comment on column webhooks.webhook_transforms.webhook_id is '@references webhooks.webhook_configurations(id)';

create function webhooks_internal.keep_transform() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  insert into webhooks.webhook_transforms (webhook_id, version, organization_id, source)
  select new.id, coalesce(max(t.version), 0) + 1, new.organization_id, new.transform
  from webhooks.webhook_transforms t
  where t.webhook_id = new.id;
  return null;
end
$$;

create trigger keep_new_transform after insert on webhooks.webhook_configurations
for each row when (new.transform is not null)
execute function webhooks_internal.keep_transform();

create trigger keep_transform after update of transform on webhooks.webhook_configurations
for each row when (new.transform is not null and new.transform is distinct from old.transform)
execute function webhooks_internal.keep_transform();

-- Nothing is sent for a deleted webhook any more, and its log has what was sent.
create function webhooks_internal.drop_transforms() returns trigger
language plpgsql security definer
set search_path = pg_catalog
as $$
begin
  delete from webhooks.webhook_transforms where webhook_id = old.id;
  return null;
end
$$;

create trigger drop_transforms after delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.drop_transforms();

revoke execute on function webhooks_internal.keep_transform, webhooks_internal.drop_transforms from public;

-- Every version of a transform is kept, so that the audit log names its change without repeating it.
create or replace trigger audit after insert or update or delete on webhooks.webhook_configurations
for each row execute function webhooks_internal.audit('webhook', '{secret,sealed_headers,sealed_auth,transform,transform_tests}',
  '{previous_secret,has_secret,health,health_since,health_reason,is_parked,is_recovering,certificate_expires_at,created_at,updated_at}');

-- The shape of the webhook when the delivery was made; src/domain/shapes/shape.ts reads it. Null, which takes no space, for
-- nearly all.
alter table webhooks.webhook_deliveries add column shape text;

comment on column webhooks.webhook_deliveries.shape is
  'How the body is made: format, its version, and thin; null: as the event is';

-- Appended to the view as it is by now: other migrations may have added columns. Null: the default shape.
do $$
declare
  shape constant text := $column$,
  case when format <> 'connectgain' or payload <> 'full' then
    format
    || case when format = 'transform' then '/' || (
      select max(t.version) from webhooks.webhook_transforms t where t.webhook_id = webhook_configurations.id) else '' end
    || case payload when 'thin' then ' thin' else '' end
  end as shape$column$;
  was constant text := pg_get_viewdef('webhooks_internal.targets'::regclass);
  -- Without a schema where the role that installs is called like it, because its search path then has it.
  source constant text := substring(was from 'FROM (?:webhooks\.)?webhook_configurations');
begin
  execute 'create or replace view webhooks_internal.targets as '
    || overlay(was placing shape || ' ' || source from position(source in was) for length(source));
end
$$;

-- A format may have a content type of its own, which is then stored, as the first header.
create or replace function webhooks_internal.request_headers(others text, event text, sent_at timestamptz, event_id uuid,
  delivery_id uuid, attempt integer) returns json
language sql stable parallel safe
as $$
  select case
    when others is null then '{}'
    else ('{' || case when others like '{"Content-Type":%' then '' else '"Content-Type":"application/json",' end
      || '"X-Webhook-Event":' || to_json(event)::text
      || ',"X-Webhook-Timestamp":"' || to_char(sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      || '","X-Webhook-Id":"' || event_id || '","X-Webhook-Delivery":"' || delivery_id
      || '","X-Webhook-Attempt":"' || attempt || '"' || case when others = '{}' then '}' else ',' || substr(others, 2) end)
  end::json
$$;

select webhooks_internal.separate_organizations('webhooks.webhook_transforms');

grant select on webhooks.webhook_transforms to webhooks_service, webhooks_api;
grant select (shape) on webhooks.webhook_deliveries to webhooks_service, webhooks_api;
grant select (format, payload, transform, transform_tests), insert (format, payload, transform, transform_tests),
  update (format, payload, transform, transform_tests)
on webhooks.webhook_configurations to webhooks_service, webhooks_api;

select webhooks_internal.grant_scopes();
