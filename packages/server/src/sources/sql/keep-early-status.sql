insert into webhooks_internal.early_statuses (organization_id, external_id, status, reached_at, error)
values (:organization_id, :external_id, :status, :reached_at, :error?)
on conflict do nothing
