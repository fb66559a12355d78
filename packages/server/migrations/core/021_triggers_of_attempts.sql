-- What the next attempt of a queued delivery stands for, if it is neither its first nor a scheduled retry: `manual` after a bulk
-- retry, `replay` after a replay, which its scheduled retries keep. Null takes no space.
alter table webhooks_internal.queue add column trigger text check (trigger in ('manual', 'replay'));

-- Not valid: stored rows fulfil it, and need not be read again.
alter table webhooks_internal.attempts
  drop constraint attempts_trigger_check,
  add constraint attempts_trigger_check check (trigger in ('event', 'retry', 'manual', 'replay', 'test')) not valid;
