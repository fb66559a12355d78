update webhooks.webhook_source_payloads set payload = '{"erased":true}'
where organization_id = $1::uuid and webhooks_internal.mentions(payload, $2::text[])
