-- Deleting an organization deletes its signing keys. Checked at the end of a transaction: the first key is stored just before
-- the webhook that needs it, whose own reference is the one to report.
alter table webhooks.webhook_signing_keys
  add foreign key (organization_id) references public.organizations (id) on delete cascade deferrable initially deferred;
