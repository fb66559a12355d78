-- Meetings and what was recorded of them.

create table public.meetings (
  id uuid primary key default webhooks.uuid_v7(),
  contact_id uuid references public.contacts (id) on delete set null,
  title text,
  provider text not null default 'zoom' check (provider <> ''),
  -- The provider's id of this one meeting (Zoom: uuid), and the number under which people join it (Zoom: id), which a
  -- recurring meeting keeps.
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
