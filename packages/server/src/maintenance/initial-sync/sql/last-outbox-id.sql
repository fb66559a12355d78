select coalesce(pg_sequence_last_value(pg_get_serial_sequence('webhooks_internal.outbox', 'id')::regclass), 0) as "id!"
