-- $1 payload, $2 items taken in, $3 what was not understood.
update webhooks_internal.source_queue set items_done = $2::integer, reasons = $3::json where id = $1::uuid
