delete from webhooks_internal.queue
where delivery_id = :delivery_id::uuid and case when :lease?::uuid is null then lease is null or due_at < now() else lease = :lease::uuid end
