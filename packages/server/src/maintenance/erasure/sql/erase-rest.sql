-- Requests to test inboxes, tests of transforms, and capture faults. A fault does not say whose record it is about, and many records share a number:
-- its whole message is erased if it names a UUID of the record, or the record's number in a table of such records. Other faults
-- lose only the words. The ids of a fault stay, so that the event can still be emitted.
-- :unique_ids ids that no two records share, :pattern matches the words, :numbers numbers of the record; empty unless the
-- organization has had an event about it, :object what the record is.
with inbox as (
  update webhooks.webhook_inbox_requests set headers = '{}', body = '{"erased":true}'
  where organization_id = :organization_id::uuid and webhooks_internal.mentions(headers::text || body, :words::text[])
  returning id
),
tests as (
  update webhooks.webhook_configurations c
  set transform_tests = (
    select coalesce(jsonb_agg(test order by place), '[]') from jsonb_array_elements(c.transform_tests) with ordinality as t (test, place)
    where not webhooks_internal.mentions(test::text, :words::text[])
  )
  where c.organization_id = :organization_id::uuid and webhooks_internal.mentions(c.transform_tests::text, :words::text[])
  returning c.id
),
about as (
  select f.id,
    f.record_ids && :unique_ids::text[] or (
      f.record_ids && :numbers::text[]
      and f.relation in (
        select format('%I.%I', name[1], name[2])
        from webhooks_internal.captures c, parse_ident(c.relation) as name where coalesce(c.subject, c.record) = :object?::text
      )
    ) as is_theirs
  from webhooks.webhook_capture_faults f
),
faults as (
  update webhooks.webhook_capture_faults f
  set message = case when about.is_theirs then 'erased' else regexp_replace(f.message, :pattern::text, 'erased', 'g') end
  from about
  where f.id = about.id and (about.is_theirs or webhooks_internal.mentions(f.message, :words::text[]))
  returning f.id
)
select (select count(*) from inbox) + (select count(*) from tests) + (select count(*) from faults) as "erased!"
