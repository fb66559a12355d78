-- For the rest of the transaction, changes of encrypted columns leave `updated_at` and the audit log alone.
select set_config('webhooks.resealing', 'on', true)
