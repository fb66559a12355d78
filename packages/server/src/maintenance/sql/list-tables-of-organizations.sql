-- The tables with rows of organizations, what sends and signs in first. Partitions are listed, not the tables that they are of.
select c.oid::regclass::text as "name!"
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
where c.relkind = 'r' and c.relnamespace in ('webhooks'::regnamespace, 'webhooks_internal'::regnamespace)
  and c.relname not in ('audit_log', 'deleted_organizations', 'outbox')
order by c.relname <> 'webhook_configurations', c.relname not in ('api_keys', 'sessions', 'portal_links'), c.oid
