update webhooks_internal.source_queue set items_done = :items_done::integer, reasons = :reasons::json where id = :id::uuid
