-- Counts the events in the outbox, at most :max. Exact, for when the distance of read-backlog.sql exceeds the limit: a row that cannot
-- leave the outbox makes the distance grow with every event that is accepted.
select count(*)::bigint as "backlog!" from (select from webhooks_internal.outbox order by id desc limit :max::integer) as newest
