-- Sources only exist with the reference CRM.
select to_regclass('webhooks.webhook_source_payloads') is not null as "is_there!"
