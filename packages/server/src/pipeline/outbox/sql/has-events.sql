-- Includes events that another node has just leased: the relay then tries to lease some and finds none. `oldest` and `next`: the
-- oldest running transaction, and the number of the next one; transactions that insert events have a number. `may_prepare`: whether
-- transactions can be prepared; then none notifies.
select exists (
    select from webhooks_internal.outbox
    where not id <@ :held::int8multirange and id <> all (:except::bigint[])
  ) as "has_events!",
  pg_snapshot_xmin(s.now)::text::bigint as "oldest!", pg_snapshot_xmax(s.now)::text::bigint as "next!",
  current_setting('max_prepared_transactions') <> '0' as "may_prepare!"
from pg_current_snapshot() as s (now)
