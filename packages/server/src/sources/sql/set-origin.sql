select set_config('webhooks.origin', :origin, true)
