insert into webhooks.webhook_erasures (organization_id, record_id, object, terms)
values (:organization_id, :record_id, :object?, :terms::text[])
returning id
