-- Conversations, the messages in them, and broadcasts, which are sent as many messages.

create table public.conversations (
  id uuid primary key default webhooks.uuid_v7(),
  contact_id uuid references public.contacts (id) on delete cascade,
  channel text not null default 'whatsapp' check (channel <> ''),
  subject text,
  status text not null default 'open' check (status in ('open', 'pending', 'resolved', 'closed')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  assigned_to uuid,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index conversations_organization on public.conversations (organization_id, created_at desc);
create index conversations_contact on public.conversations (contact_id, created_at desc) where contact_id is not null;

create table public.broadcasts (
  id uuid primary key default webhooks.uuid_v7(),
  name text not null check (name <> ''),
  channel text not null default 'whatsapp' check (channel <> ''),
  status text not null default 'draft' check (status in ('draft', 'scheduled', 'sending', 'completed', 'cancelled')),
  subject text,
  body text,
  -- Whom it goes to: contacts that have one of these tags.
  tags text[] not null default '{}',
  scheduled_at timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (status <> 'scheduled' or scheduled_at is not null)
);

create index broadcasts_organization on public.broadcasts (organization_id, created_at desc);

create table public.messages (
  id uuid primary key default webhooks.uuid_v7(),
  conversation_id uuid references public.conversations (id) on delete cascade,
  contact_id uuid references public.contacts (id) on delete set null,
  -- Outbound: the broadcast that it is part of; inbound: the one that it answers.
  broadcast_id uuid references public.broadcasts (id) on delete set null,
  direction text not null check (direction in ('inbound', 'outbound')),
  type text not null default 'text' check (type <> ''),
  body text,
  -- What came with it: [{"url": …, "mime_type": …, "filename": …, "size": …}].
  media jsonb not null default '[]' check (jsonb_typeof(media) = 'array'),
  status text not null default 'queued',
  error text,
  -- The provider's id of the message: whoever writes the same one again meets the row that is there.
  external_id text check (external_id <> ''),
  -- When it first had that status; kept by the database.
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, external_id),
  -- What was received can be read, by the team.
  check (case direction
    when 'inbound' then status in ('received', 'read')
    else status in ('queued', 'sent', 'delivered', 'read', 'failed')
  end)
);

create index messages_organization on public.messages (organization_id, created_at desc);
create index messages_conversation on public.messages (conversation_id, created_at desc) where conversation_id is not null;
create index messages_contact on public.messages (contact_id, created_at desc) where contact_id is not null;
create index messages_broadcast on public.messages (broadcast_id) where broadcast_id is not null;

-- The times of a message's statuses. A status may go back and forth, and news of it come in any order: the first time
-- that it is reached stays, and is what tells a status that is new from one that is repeated.
create function webhooks_internal.note_message_status() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  if tg_op = 'INSERT' and new.direction = 'inbound' and new.status = 'queued' then
    new.status := 'received';
  end if;
  if tg_op = 'UPDATE' then
    new.sent_at := coalesce(old.sent_at, new.sent_at);
    new.delivered_at := coalesce(old.delivered_at, new.delivered_at);
    new.read_at := coalesce(old.read_at, new.read_at);
    new.failed_at := coalesce(old.failed_at, new.failed_at);
  end if;
  case new.status
    when 'sent' then new.sent_at := coalesce(new.sent_at, now());
    when 'delivered' then new.delivered_at := coalesce(new.delivered_at, now());
    when 'read' then new.read_at := coalesce(new.read_at, now());
    when 'failed' then new.failed_at := coalesce(new.failed_at, now());
    else null;
  end case;
  return new;
end
$$;

create trigger note_message_status before insert or update on public.messages
for each row execute function webhooks_internal.note_message_status();
