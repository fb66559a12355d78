update webhooks_internal.alert_mails set due_at = now() + :wait_ms::float8 * interval '1 millisecond' where id = :id
