-- The body of an event of this type at this time, as it is sent.
select webhooks_internal.event_body(:event, :timestamp::timestamptz, :data::json, :previous?::json) as "body!"
