select least(:until?::timestamptz, clock_timestamp())::text as "until!"
