create trigger audit after insert or delete or update of secret, verify_token on webhooks.webhook_sources
for each row execute function webhooks_internal.audit('source', '{secret,verify_token}',
  '{has_secret,has_verify_token,last_received_at,created_at,updated_at}');
