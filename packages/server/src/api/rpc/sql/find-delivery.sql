select webhook_id, reason is not distinct from 'record erased' as "is_erased!"
from webhooks.webhook_deliveries where id = :id
