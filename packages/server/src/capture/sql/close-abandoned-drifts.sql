-- Drifts of what is not captured any more, or from another table.
update webhooks_internal.capture_drifts d set until = now()
where d.until is null
  and not exists (select from webhooks_internal.captures c where c.id = d.capture and c.relation = d.relation)
