-- Stores an inbound message, and creates its contact and conversation where none exists. It goes to the oldest contact with the
-- number, and to the newest open or pending conversation of that contact on WhatsApp. A message that is stored already changes
-- nothing. :phone digits only.
with wanted as (
  select :organization_id::uuid as organization_id
  where not exists (select from public.messages m where m.organization_id = :organization_id::uuid and m.external_id = :external_id)
),
known_contact as (
  select c.id from public.contacts c
  where c.organization_id = :organization_id::uuid and c.phone in ('+' || :phone::text, :phone::text)
  order by c.created_at, c.id
  limit 1
),
new_contact as (
  insert into public.contacts (organization_id, first_name, phone)
  select w.organization_id, :name?, '+' || :phone::text from wanted w
  where not exists (select from known_contact)
  returning id
),
contact as (
  select id from known_contact union all select id from new_contact
),
known_conversation as (
  select v.id from public.conversations v
  where v.contact_id = (select id from known_contact) and v.organization_id = :organization_id::uuid and v.channel = 'whatsapp'
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
    select replied.broadcast_id from public.messages replied
    where replied.organization_id = w.organization_id and replied.external_id = :replies_to?
  ), 'inbound', :type, :body?, :media::jsonb, :external_id, least(:created_at::timestamptz, now())
from wanted w
cross join contact c
cross join conversation v
on conflict (organization_id, external_id) do nothing
