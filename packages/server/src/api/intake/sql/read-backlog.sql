-- About how many events wait to be fanned out: the distance between the oldest and the newest, from both ends of the
-- index. What was rolled back in between counts as well; it is a bound that is guarded, not a number that is shown.
select coalesce(max(id) - min(id) + 1, 0)::bigint as "backlog!" from webhooks_internal.outbox
