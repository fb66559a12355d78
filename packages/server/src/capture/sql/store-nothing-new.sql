-- $1 the ids of captures that are as installed, as they were at the last check.
update webhooks_internal.captures set checked_at = now(), well_at = now() where id = any ($1::text[])
