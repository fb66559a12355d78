-- Waits for a node that is copying.
select from webhooks_internal.crm_copies for update
