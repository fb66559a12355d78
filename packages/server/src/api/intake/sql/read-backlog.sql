-- About how many events are in the outbox: the distance between the oldest and the newest, from both ends of the index.
-- Rows that were rolled back in between count as well, which is precise enough for a limit.
select coalesce(max(id) - min(id) + 1, 0)::bigint as "backlog!" from webhooks_internal.outbox
