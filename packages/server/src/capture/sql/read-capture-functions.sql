-- The functions whose names begin with $1: those that capture tables, or one of them. `hash` is of what they do, and the same after a dump and a restore.
select
  p.proname as name,
  md5(concat_ws(E'\n', p.prosrc, p.proconfig, p.prosecdef, p.pronargs)) as hash,
  pg_get_userbyid(p.proowner) as owner,
  has_table_privilege(p.proowner, 'webhooks.webhook_events', 'insert') as "canEmit"
from pg_proc p
where p.pronamespace = 'webhooks_internal'::regnamespace and starts_with(p.proname::text, $1::text)
order by p.proname, p.oid
