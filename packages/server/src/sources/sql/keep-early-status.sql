-- $1 organization, $2 the provider's id of the message, $3 status, $4 when, $5 error.
insert into webhooks_internal.early_statuses (organization_id, external_id, status, reached_at, error)
values ($1, $2, $3, $4, $5)
on conflict do nothing
