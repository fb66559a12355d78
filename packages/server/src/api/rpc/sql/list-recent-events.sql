-- The latest events of an organization, at most :max_events, as far as they fit into :max_bytes.
select id, event, timestamp, data, previous
from (
  select *, sum(octet_length(data::text) + coalesce(octet_length(previous::text), 0)) over (
    order by created_at desc, id desc) as bytes
  from (
    select * from webhooks.webhook_events
    where organization_id = :organization_id
    order by created_at desc, id desc
    limit :max_events::integer
  ) as recent
) as sized
where bytes <= :max_bytes::integer
order by created_at desc, id desc
