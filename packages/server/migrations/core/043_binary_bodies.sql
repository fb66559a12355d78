-- Bodies that are not text in UTF-8 are stored as data: URLs, which keeps every byte. Older rows have U+FFFD in their place.

comment on column webhooks_internal.attempts.response_body is
  'At most 16 KiB. Not text in UTF-8: a data: URL with the media type, base64';
comment on column webhooks.webhook_logs.response_body is
  'The first 16 KiB. Not text in UTF-8: a data: URL with the media type, base64';
