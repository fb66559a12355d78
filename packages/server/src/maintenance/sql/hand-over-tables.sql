select webhooks_internal.hand_over_tables()
