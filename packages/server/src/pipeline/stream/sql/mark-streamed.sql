-- The events that this transaction stores were taken from a stream.
select set_config('webhooks.from_stream', 'on', true)
