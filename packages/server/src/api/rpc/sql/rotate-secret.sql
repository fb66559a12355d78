update webhooks.webhook_configurations
set secret = :secret, secret_hint = :hint,
  previous_secret = case when :overlap_hours::float8 > 0 then secret end,
  previous_secret_until = case when :overlap_hours::float8 > 0 and secret is not null then now() + :overlap_hours::float8 * interval '1 hour' end
where id = :webhook_id
  -- A secret that was promised to sign until then must not stop earlier, unless the caller says so.
  and (:overlap_hours::float8 = 0 or previous_secret_until is null or previous_secret_until <= now())
returning previous_secret_until
