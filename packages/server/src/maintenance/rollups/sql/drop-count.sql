-- Deletes the count that a batch of one would take.
delete from webhooks_internal.attempt_counts
where ctid = any (array(select ctid from webhooks_internal.attempt_counts limit 1 for update skip locked))
