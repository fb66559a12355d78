-- When a relay of any node last moved events, or found that none waits: milliseconds since 1970; 0: not known.
-- A sequence for the same reasons as those of 0020_wakeups.sql, and told by relays as often as they say that they run.
create unlogged sequence webhooks_internal.relay_progressed_at as bigint minvalue 0 start 0;
