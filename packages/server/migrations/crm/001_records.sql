-- The reference CRM, for a ConnectGain without a CRM of its own. Users are known by id only.

create table public.organizations (
  id uuid primary key default webhooks.uuid_v7(),
  name text not null check (name <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.contacts (
  id uuid primary key default webhooks.uuid_v7(),
  first_name text,
  last_name text,
  email text,
  phone text,
  company text,
  tags text[] not null default '{}',
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  assigned_to uuid,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index contacts_organization on public.contacts (organization_id, created_at desc);
-- To recognize the sender of a message.
create index contacts_phone on public.contacts (organization_id, phone) where phone is not null;
create index contacts_email on public.contacts (organization_id, email) where email is not null;

create table public.deals (
  id uuid primary key default webhooks.uuid_v7(),
  title text,
  contact_id uuid references public.contacts (id) on delete set null,
  pipeline text not null default 'default' check (pipeline <> ''),
  stage text not null default 'New' check (stage <> ''),
  value numeric(18, 2),
  currency text check (currency ~ '^[A-Z]{3}$'),
  expected_close_date date,
  custom_fields jsonb not null default '{}' check (jsonb_typeof(custom_fields) = 'object'),
  assigned_to uuid,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index deals_organization on public.deals (organization_id, created_at desc);
create index deals_contact on public.deals (contact_id) where contact_id is not null;

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

-- A broadcast is sent as many messages.
create table public.broadcasts (
  id uuid primary key default webhooks.uuid_v7(),
  name text not null check (name <> ''),
  channel text not null default 'whatsapp' check (channel <> ''),
  status text not null default 'draft' check (status in ('draft', 'scheduled', 'sending', 'completed', 'cancelled')),
  subject text,
  body text,
  -- It goes to contacts that have one of these tags.
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
  -- Outbound: the broadcast that the message is part of; inbound: the one that it replies to.
  broadcast_id uuid references public.broadcasts (id) on delete set null,
  direction text not null check (direction in ('inbound', 'outbound')),
  type text not null default 'text' check (type <> ''),
  body text,
  -- Attachments: [{"url": …, "mime_type": …, "filename": …, "size": …}].
  media jsonb not null default '[]' check (jsonb_typeof(media) = 'array'),
  status text not null default 'queued',
  error text,
  -- The provider's id of the message. It is unique, so that a message that is reported twice is stored once.
  external_id text check (external_id <> ''),
  -- When the message first had that status; the database keeps these.
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, external_id),
  -- An inbound message is read by the team.
  check (case direction
    when 'inbound' then status in ('received', 'read')
    else status in ('queued', 'sent', 'delivered', 'read', 'failed')
  end)
);

create index messages_organization on public.messages (organization_id, created_at desc);
create index messages_conversation on public.messages (conversation_id, created_at desc) where conversation_id is not null;
create index messages_contact on public.messages (contact_id, created_at desc) where contact_id is not null;
create index messages_broadcast on public.messages (broadcast_id) where broadcast_id is not null;

-- Records when a message reaches a status. A status may go back and forth and be reported in any order; only the first time
-- counts, which tells a new status from a repeated one.
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

create table public.meetings (
  id uuid primary key default webhooks.uuid_v7(),
  contact_id uuid references public.contacts (id) on delete set null,
  title text,
  provider text not null default 'zoom' check (provider <> ''),
  -- The provider's id of this one meeting (Zoom: uuid), and the number with which people join it (Zoom: id), which is the
  -- same for every occurrence of a recurring meeting.
  external_id text check (external_id <> ''),
  meeting_number text,
  host_email text,
  starts_at timestamptz,
  duration_minutes integer check (duration_minutes >= 0),
  recording_status text not null default 'none'
    check (recording_status in ('none', 'recording', 'processing', 'completed', 'failed')),
  -- [{"id": …, "type": …, "url": …, "size": …}]
  recording_files jsonb not null default '[]' check (jsonb_typeof(recording_files) = 'array'),
  share_url text,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (organization_id, external_id)
);

create index meetings_organization on public.meetings (organization_id, created_at desc);
create index meetings_contact on public.meetings (contact_id, created_at desc) where contact_id is not null;

do $$
declare
  crm_table text;
begin
  foreach crm_table in array array[
    'organizations', 'contacts', 'deals', 'conversations', 'broadcasts', 'messages', 'meetings'
  ] loop
    execute format(
      'create trigger touch_updated_at before update on public.%I for each row
         execute function webhooks_internal.touch_updated_at()', crm_table);
  end loop;
end
$$;
