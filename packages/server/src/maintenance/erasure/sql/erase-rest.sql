-- What arrived at the test receiver, and what could not be captured. A fault does not say whose it is, and numbers are used by many:
-- the message goes of those that name a UUID of the record, or its number in the table of such records, if the organization has had an
-- event about it. Its ids stay, by which the event can still be emitted. Where only a word stands, only that goes.
-- $1 organization, $2 words, $3 ids that no two records share, $4 a pattern of the words, $5 numbers of the record, $6 what the record is.
with inbox as (
  update webhooks.webhook_inbox_requests set headers = '{}', body = '{"erased":true}'
  where organization_id = $1::uuid and webhooks_internal.mentions(headers::text || body, $2::text[])
  returning id
),
about as (
  select f.id,
    f.record_ids && $3::text[] or (
      f.record_ids && $5::text[]
      and f.relation in (
        select format('%I.%I', name[1], name[2])
        from webhooks_internal.captures c, parse_ident(c.relation) as name where c.record = $6::text
      )
    ) as is_theirs
  from webhooks.webhook_capture_faults f
),
faults as (
  update webhooks.webhook_capture_faults f
  set message = case when about.is_theirs then 'erased' else regexp_replace(f.message, $4, 'erased', 'g') end
  from about
  where f.id = about.id and (about.is_theirs or webhooks_internal.mentions(f.message, $2::text[]))
  returning f.id
)
select (select count(*) from inbox) + (select count(*) from faults) as erased
