-- Also those that another node has just taken: whoever finds none then has lost nothing but a moment.
select exists (select from webhooks_internal.outbox) as has_events
