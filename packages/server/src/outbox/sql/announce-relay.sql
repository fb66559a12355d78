select setval('webhooks_internal.relay_listens_until', webhooks_internal.in_milliseconds($1))
