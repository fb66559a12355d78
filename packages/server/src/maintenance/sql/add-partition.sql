select webhooks_internal.add_partition(:parent::text::regclass, :day::date)
