-- Attempts that brought a body of their own, in which one of the words stands.
-- $1 organization, $2 until, $3 and $4 the last row seen, $5 words, $6 rows to look at.
with page as materialized (
  select a.id, a.created_at,
    a.request_body is not null and webhooks_internal.mentions(
      a.request_body || coalesce(a.response_headers, '') || coalesce(a.response_body, ''), $5::text[]) as is_mentioned
  from webhooks_internal.attempts a
  where a.organization_id = $1::uuid and a.created_at >= $3::timestamptz and a.created_at < $2::timestamptz
    and (a.created_at, a.id) > ($3::timestamptz, $4::uuid)
  order by a.created_at, a.id
  limit $6
),
erased as (
  update webhooks_internal.attempts
  set request_body = '{"erased":true}', response_headers = null, response_body = null, error_message = null, diagnosis = null
  where id = any (array(select id from page where is_mentioned))
  returning id
)
select (select count(*) from page) as seen, (select count(*) from erased) as erased,
  (select created_at::text from page order by created_at desc, id desc limit 1) as created_at,
  (select id from page order by created_at desc, id desc limit 1) as id
