select table_name as "table_name!", record as "record!", status as "status!", problems as "problems!", checked_at
from webhooks.webhook_captures
order by record
