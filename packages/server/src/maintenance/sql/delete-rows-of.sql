select webhooks_internal.delete_rows_of(:organization_id::uuid, :of_table::text::regclass, :batch::integer) as "deleted!"
