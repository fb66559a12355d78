update webhooks.webhook_syncs
set after_capture = :after_capture, after_key = :after_key::text[], is_read = :is_read::boolean, failed = failed + :failed::integer,
  updated_at = clock_timestamp()
where id = :id
