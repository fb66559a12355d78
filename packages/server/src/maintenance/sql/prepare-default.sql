select webhooks_internal.prepare_default(:parent::text::regclass, :day::date) as validation
