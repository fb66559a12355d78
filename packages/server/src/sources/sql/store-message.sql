-- An inbound message, with its contact and conversation, which are made where there is none: the oldest contact with the number;
-- its newest conversation on this channel that is not over. A message that is there already changes nothing.
-- $1 organization, $2 the sender's number, digits only, $3 the sender's name, $4 the provider's id of the message, $5 type,
-- $6 body, $7 media, $8 when, $9 the provider's id of the message that it answers.
with wanted as (
  select $1::uuid as organization_id
  where not exists (select from public.messages m where m.organization_id = $1::uuid and m.external_id = $4)
),
known_contact as (
  select c.id from public.contacts c
  where c.organization_id = $1::uuid and c.phone in ('+' || $2::text, $2::text)
  order by c.created_at, c.id
  limit 1
),
new_contact as (
  insert into public.contacts (organization_id, first_name, phone)
  select w.organization_id, $3, '+' || $2::text from wanted w
  where not exists (select from known_contact)
  returning id
),
contact as (
  select id from known_contact union all select id from new_contact
),
known_conversation as (
  select v.id from public.conversations v
  where v.contact_id = (select id from known_contact) and v.organization_id = $1::uuid and v.channel = 'whatsapp'
    and v.status in ('open', 'pending')
  order by v.created_at desc, v.id desc
  limit 1
),
new_conversation as (
  insert into public.conversations (organization_id, contact_id, channel)
  select w.organization_id, c.id, 'whatsapp' from wanted w cross join contact c
  where not exists (select from known_conversation)
  returning id
),
conversation as (
  select id from known_conversation union all select id from new_conversation
)
insert into public.messages
  (organization_id, contact_id, conversation_id, broadcast_id, direction, type, body, media, external_id, created_at)
select w.organization_id, c.id, v.id, (
    select answered.broadcast_id from public.messages answered
    where answered.organization_id = w.organization_id and answered.external_id = $9
  ), 'inbound', $5, $6, $7::jsonb, $4, least($8::timestamptz, now())
from wanted w
cross join contact c
cross join conversation v
on conflict (organization_id, external_id) do nothing
