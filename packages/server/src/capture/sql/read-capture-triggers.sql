-- The triggers with functions whose names begin with $1, and if these are all that capture tables, what else has their names.
select
  t.tgname as name,
  t.tgrelid::bigint as "tableOid",
  t.tgenabled::text as enabled,
  case p.pronamespace when 'webhooks_internal'::regnamespace then p.proname end as function,
  concat_ws(' ', t.tgtype, t.tgattr, t.tgoldtable, t.tgnewtable, t.tgqual is null) as definition
from pg_trigger t
join pg_proc p on p.oid = t.tgfoid
where not t.tgisinternal
  and (
    $1::text = 'capture_' and starts_with(t.tgname::text, 'webhooks_capture_')
    or p.pronamespace = 'webhooks_internal'::regnamespace and starts_with(p.proname::text, $1::text)
  )
order by t.tgrelid, t.tgname
