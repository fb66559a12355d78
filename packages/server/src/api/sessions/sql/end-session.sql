update webhooks_internal.sessions set ended_at = now() where token_hash = decode($1, 'hex') and ended_at is null
