select set_config('webhooks.actor', :actor, true)
