-- $1 milliseconds from now until which it counts; $2 whether events were moved, or none waited, since it was said last.
select setval('webhooks_internal.relay_listens_until', webhooks_internal.in_milliseconds($1)),
  case when $2 then setval('webhooks_internal.relay_progressed_at', webhooks_internal.in_milliseconds(0)) end
