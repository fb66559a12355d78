select now() - started_at < :max_wait_ms::integer * interval '1 millisecond' as "is_so!"
from webhooks.webhook_syncs where id = :id
