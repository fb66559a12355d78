-- Valid for :listens_ms from now. :has_progressed: whether events were moved, or none waited, since the last announcement.
select setval('webhooks_internal.relay_listens_until', webhooks_internal.in_milliseconds(:listens_ms)),
  case when :has_progressed then setval('webhooks_internal.relay_progressed_at', webhooks_internal.in_milliseconds(0)) end
