-- The last change that a receiver notices before the endpoint began to fail, if no attempt has succeeded since.
-- :failing_since_ms: since the epoch.
select c.changed as "changed!", 1000 * extract(epoch from c.at)::double precision as "changed_at!"
from (
  select array(select name from unnest(a.changed) as name where name in ('url', 'secret', 'headers', 'auth')) as changed, a.at
  from webhooks.audit_log a
  where a.target_id = :webhook_id::uuid::text and a.target_table = 'webhook_configurations' and a.action <> 'webhook.created'
    and a.changed && array['url', 'secret', 'headers', 'auth']
    and a.at <= to_timestamp(:failing_since_ms::float8 / 1000) and a.at > to_timestamp(:failing_since_ms::float8 / 1000) - interval '7 days'
  order by a.at desc
  limit 1
) as c
where not exists (
  select from webhooks_internal.attempts s
  where s.webhook_id = :webhook_id::uuid and s.status = 'success' and s.created_at > c.at
)
