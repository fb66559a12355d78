-- `made_before` as text: a Date would lose the microseconds by which the row is found again.
select webhook_id, reason, made_before::text as "made_before!"
from webhooks_internal.cancellations
order by cancellations.made_before
limit 100
