select setval('webhooks_internal.relay_awake_until', webhooks_internal.in_milliseconds(:awake_ms))
