-- What a provider sends ends up in a reason: it is cut, so that no payload can make it long.
update webhooks.webhook_source_payloads set reason = left(reason, 2000) where length(reason) > 2000;
alter table webhooks.webhook_source_payloads add constraint reason_length check (length(reason) <= 2000);
