-- As those of core/0028: every stored text has a bound.
alter table webhooks.webhook_sources
  add constraint secret_length check (length(secret) <= 2000) not valid,
  add constraint verify_token_length check (length(verify_token) <= 2000) not valid,
  add constraint secret_hint_length check (length(secret_hint) <= 100) not valid;

alter table webhooks.webhook_source_payloads
  add constraint provider_length check (length(provider) <= 20) not valid,
  add constraint payload_length check (length(payload) <= 65536) not valid;

alter table webhooks_internal.early_statuses
  add constraint external_id_length check (length(external_id) <= 500) not valid,
  add constraint status_length check (length(status) <= 20) not valid,
  add constraint error_length check (length(error) <= 2000) not valid;
