-- Looks at the next :limit attempts, and erases those that sent a body of their own that mentions one of the words.
with page as materialized (
  select a.id, a.created_at,
    a.request_body is not null and webhooks_internal.mentions(
      a.request_body || coalesce(a.response_headers, '') || coalesce(a.response_body, ''), :words::text[]) as is_mentioned
  from webhooks_internal.attempts a
  where a.organization_id = :organization_id::uuid
    and a.created_at >= :after_created_at::timestamptz and a.created_at < :until::timestamptz
    and (a.created_at, a.id) > (:after_created_at::timestamptz, :after_id::uuid)
  order by a.created_at, a.id
  limit :limit
),
erased as (
  update webhooks_internal.attempts
  set request_body = '{"erased":true}', response_headers = null, response_body = null, error_message = null, diagnosis = null
  where id = any (array(select id from page where is_mentioned))
  returning id
)
select (select count(*) from page) as "seen!", (select count(*) from erased) as "erased!",
  (select p.created_at::text from page p order by p.created_at desc, p.id desc limit 1) as created_at,
  (select p.id from page p order by p.created_at desc, p.id desc limit 1) as id
