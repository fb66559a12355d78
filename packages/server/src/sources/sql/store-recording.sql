-- A meeting and its recording; one that is there already is met by Zoom's id of it, and what Zoom leaves out stays. Told the
-- same again nothing changes, and nothing is emitted. $1 organization, $2 uuid, $3 meeting number, $4 title, $5 host, $6 start,
-- $7 minutes, $8 files, $9 share URL.
insert into public.meetings as m
  (organization_id, provider, external_id, meeting_number, title, host_email, starts_at, duration_minutes,
    recording_status, recording_files, share_url)
values ($1, 'zoom', $2, $3, $4, $5, $6::timestamptz, $7::integer, 'completed', $8::jsonb, $9)
on conflict (organization_id, external_id) do update set
  meeting_number = coalesce(excluded.meeting_number, m.meeting_number),
  title = coalesce(excluded.title, m.title),
  host_email = coalesce(excluded.host_email, m.host_email),
  starts_at = coalesce(excluded.starts_at, m.starts_at),
  duration_minutes = coalesce(excluded.duration_minutes, m.duration_minutes),
  recording_status = 'completed',
  recording_files = excluded.recording_files,
  share_url = coalesce(excluded.share_url, m.share_url)
