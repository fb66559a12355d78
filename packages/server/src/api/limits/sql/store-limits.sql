update webhooks_internal.limits set max_webhooks = :max_webhooks where max_webhooks <> :max_webhooks
