update webhooks_internal.sessions set ended_at = now() where token_hash = decode(:token_hash, 'hex') and ended_at is null
