select to_regclass('webhooks_internal.early_statuses') is not null as "has_messages!"
