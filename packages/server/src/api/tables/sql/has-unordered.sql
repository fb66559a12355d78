-- Whether one of these webhooks would merge updates without an order. Null: the value stays.
select exists (
  select from webhooks.webhook_configurations w
  where w.id = any (:ids::uuid[]) and coalesce(:coalesce?::boolean, w."coalesce") and coalesce(:ordering?::text, w.ordering) = 'none'
) as "is_so!"
