-- Stores a meeting and its recording. A meeting that exists keeps what Zoom leaves out. If nothing changes, no event is emitted.
insert into public.meetings as m
  (organization_id, provider, external_id, meeting_number, title, host_email, starts_at, duration_minutes,
    recording_status, recording_files, share_url)
values (:organization_id, 'zoom', :external_id, :meeting_number?, :title?, :host_email?, :starts_at?::timestamptz, :duration_minutes?::integer, 'completed', :files::jsonb, :share_url?)
on conflict (organization_id, external_id) do update set
  meeting_number = coalesce(excluded.meeting_number, m.meeting_number),
  title = coalesce(excluded.title, m.title),
  host_email = coalesce(excluded.host_email, m.host_email),
  starts_at = coalesce(excluded.starts_at, m.starts_at),
  duration_minutes = coalesce(excluded.duration_minutes, m.duration_minutes),
  recording_status = 'completed',
  recording_files = excluded.recording_files,
  share_url = coalesce(excluded.share_url, m.share_url)
