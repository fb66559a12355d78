-- Whether events that are stored come into the outbox: `pg_trigger.tgenabled`; no row where the trigger is missing.
select t.tgenabled::text as enabled
from pg_trigger t
where t.tgrelid = 'webhooks.webhook_events'::regclass and t.tgname = 'fill_outbox'
