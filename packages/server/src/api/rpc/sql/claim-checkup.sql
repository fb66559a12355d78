-- Claims the check-up of a webhook, unless another one runs; returns how long that may still run.
with claimed as (
  insert into webhooks_internal.running_checkups as r (webhook_id, claim, ends_at)
  values (:webhook_id::uuid, :claim::uuid, now() + :seconds::integer * interval '1 second')
  on conflict (webhook_id) do update set claim = excluded.claim, ends_at = excluded.ends_at
  where r.ends_at <= now()
  returning 0 as wait_seconds
)
select wait_seconds as "wait_seconds!" from claimed
union all
select greatest(1, ceil(extract(epoch from r.ends_at - now())))::integer
from webhooks_internal.running_checkups r
where r.webhook_id = :webhook_id::uuid and not exists (select from claimed)
