-- Fields are cut from a body, and the id of its record is read from it, in the process that sends it (src/fanout/redact.ts): here an
-- escape that JSON knows and text does not raised an error, and one event stopped all others.
drop function webhooks_internal.delivery_body(text[], text, timestamptz, json, json);
drop function webhooks_internal.cut_all(json, text, text[]);
drop function webhooks_internal.cut(json, text[], integer);
drop function webhooks_internal.record_id(json);
