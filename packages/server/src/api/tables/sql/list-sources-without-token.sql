-- Sources of providers that have no verify token.
select id from webhooks.webhook_sources where id = any (:ids::uuid[]) and provider <> 'whatsapp'
