-- No row if another node is copying, or has copied within :pause_ms.
select changed_at::text as "changed_at!", changed_id, compared_id, map_installed_at
from webhooks_internal.crm_copies
where copied_at < clock_timestamp() - :pause_ms::integer * interval '1 millisecond'
for update skip locked
