-- $1 id, $2 status, $3 problems, $4 stamp, as found by a transaction that began at now(). A drift begins where all was known to be
-- well, and ends at a moment after which it cannot have been otherwise. With another stamp than last time there was one that is over.
with capture as (
  select id, relation, installed_at, well_at, stamp from webhooks_internal.captures where id = $1::text
),
ended as (
  update webhooks_internal.capture_drifts d set until = clock_timestamp()
  from capture c
  where d.capture = c.id and d.until is null and $2::text = 'ok'
  returning d.id
),
begun as (
  insert into webhooks_internal.capture_drifts (record, relation, since, problems)
  select id, relation, coalesce(well_at, installed_at), $3::text[] from capture where $2::text <> 'ok'
  on conflict (record) where until is null
    do update set problems = excluded.problems
    where capture_drifts.problems is distinct from excluded.problems
  returning id
),
altered as (
  insert into webhooks_internal.capture_drifts (record, relation, since, until, problems)
  select id, relation, coalesce(well_at, installed_at), clock_timestamp(),
    array['The table or its capture was altered and restored between two checks. Changes made in between may have emitted no events.']
  from capture
  where $2::text = 'ok' and stamp <> $4::text and not exists (select from ended)
  returning id
)
update webhooks_internal.captures c
set status = $2::text, problems = $3::text[], checked_at = now(), stamp = $4::text,
  well_at = case when $2::text = 'ok' then now() else c.well_at end
where c.id = $1::text
returning exists (select from altered) as "wasAltered"
