select count(*) as "matched!" from webhooks.webhook_events e
where e.organization_id = :organization_id
  and webhooks_internal.mentions(e.data::text || coalesce(e.previous::text, ''), :terms::text[])
